"""A FastAPI application that does nothing, served as the service is: what there is to compare with.

python bench/bare_server.py --port N
"""

import argparse

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Asked(BaseModel):
    """A question, as the service takes it."""

    text: str


class Told(BaseModel):
    """An answer that is always the same."""

    answer: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/api/v1/questions")
    async def ask(asked: Asked) -> Told:
        """Answer without looking at the question."""
        del asked
        return Told(answer="はい")

    port = parser.parse_args().port
    uvicorn.run(app, port=port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
