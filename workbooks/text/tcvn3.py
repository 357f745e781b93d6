"""The letters of TCVN3, the encoding of the ABC fonts (.VnTime, .VnArial …): one sign for each Vietnamese letter.

The signs are the bytes of TCVN 5712:1993 (VN3) as Windows' western code page shows them. Capitals with a tone are not
among them: they are small letters in a font whose name ends in H, which shows capitals.
"""

import re

_SIGNS = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ®×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦"
_LETTERS = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệđìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ"

TABLE = dict(zip(_SIGNS, _LETTERS, strict=True))
"""Vietnamese letter by sign."""

# "3=2/1×100" is a product, whatever the font makes of the sign.
_FACTOR_SIGN = r"(?<=[0-9])[×÷·](?=[0-9])|(?<=[0-9] )[×÷·](?= [0-9])"
_SIGN = re.compile(f"(?P<factor>{_FACTOR_SIGN})|[{re.escape(_SIGNS)}]")


def decode(text: str) -> str:
    """The text that a font of this encoding shows."""
    return _SIGN.sub(lambda match: match["factor"] or TABLE[match[0]], text)


def leftover(text: str) -> str:
    """What of a text this encoding has no sign for."""
    return _SIGN.sub("", text)
