"""Forms are taken from the desk's own pages only: the password that a browser sends by itself proves no intent."""

from urllib.parse import urlsplit

from starlette.requests import Request


def comes_from_own_page(request: Request) -> bool:
    """Return whether the browser says that a form was on a page of this site; one that says nothing is refused."""
    headers = request.headers
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] == "same-origin"
    return "origin" in headers and urlsplit(headers["origin"]).netloc == headers.get("host")
