"""The subcommands of `toiawase`, by what they are for."""
