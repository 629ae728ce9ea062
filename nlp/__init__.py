"""Japanese text: cleaning, words, synonyms, masking of personal data; knows nothing of FAQs."""
