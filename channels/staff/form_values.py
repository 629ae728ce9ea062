"""The fields of a form whose names are not known beforehand."""

from collections.abc import Mapping

from fastapi import Request


async def form_values(request: Request) -> Mapping[str, str]:
    """Return the fields of a form as they were sent."""
    form = await request.form()
    return {name: str(value) for name, value in form.multi_items()}
