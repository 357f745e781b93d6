"""Decoder for TCVN3, the encoding of the ABC fonts (.VnTime, .VnArial …): one sign for each Vietnamese letter.

The signs are the bytes of TCVN 5712:1993 (VN3) decoded as Windows-1252. Capitals with a tone are not among them: they
are typed as small letters in a font whose name ends in H, which displays capitals.
"""

import re

_SIGNS = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ®×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦"
_LETTERS = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệđìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ"

TABLE = dict(zip(_SIGNS, _LETTERS, strict=True))
"""Vietnamese letter by sign."""

# In "3=2/1×100" the sign is a multiplication, whatever letter the font displays.
_FACTOR_SIGN = r"(?<=[0-9])[×÷·](?=[0-9])|(?<=[0-9] )[×÷·](?= [0-9])"
_SIGN = re.compile(f"(?P<factor>{_FACTOR_SIGN})|[{re.escape(_SIGNS)}]")


def decode(text: str) -> str:
    """Return the text that a font of this encoding displays."""
    return _SIGN.sub(lambda match: match["factor"] or TABLE[match[0]], text)


def leftover(text: str) -> str:
    """Return the characters of a text that are no signs of this encoding."""
    return _SIGN.sub("", text)
