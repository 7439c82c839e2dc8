"""Takes from a sentence what states nothing: who is said to say it, and how it joins the last one.

"According to source 1, the bridge opened in 1964" claims what "The bridge opened in 1964" does. A
named speaker ("the mayor said that") is part of the claim and stays, as does "as a result".
"""

import re

_PLACE = (
    r"(?:(?:the|this|that|these|those|all|my|your|our|its|both|above|following|provided|given|"
    r"available|retrieved|cited|supplied|mentioned|listed|relevant|original) ){0,4}"
    r"(?:sources?|documents?|passages?|texts?|articles?|contexts?|excerpts?|information|library|"
    r"materials?|footnotes?|references?)"
    r"(?: (?:no\. ?|number )?\d{1,3}(?:(?: ?, ?| and | ?, ?and )\d{1,3}){0,9})?"
    r"(?: (?:provided|given|above|below|cited|supplied|listed|(?:that )?you \w+|at hand))?"
)
_SAYS = (
    r"(?:says?|states?|tells?(?: us)?|notes?|mentions?|reports?|indicates?|explains?|shows?|"
    r"confirms?|writes?|adds?|describes?|specif(?:y|ies)|makes? (?:it )?clear)"
)
_TOLD = (
    r"(?:stated|mentioned|noted|described|reported|shown|indicated|explained|written|said|given)"
)
_JOINS = (
    r"furthermore|moreover|additionally|in addition|besides|also|however|nevertheless|nonetheless|"
    r"finally|lastly|first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?|"
    r"first of all|last but not least|in (?:summary|conclusion|short|brief|other words)|"
    r"to (?:summari[sz]e|conclude|sum up)|overall|for (?:example|instance)|specifically|"
    r"in particular|notably|importantly|interestingly|similarly|likewise|on the other hand|"
    r"in contrast|by contrast|meanwhile|indeed|in fact|as well|that is|to be (?:exact|"
    r"precise)|yes|no|well|sure|so|and|but"
)
_LEADS = re.compile(
    rf"(?:(?:{_JOINS}) ?[,:]"
    rf"|(?:according to|based on|as per|per|judging by|in|from) {_PLACE} ?(?:[,:]|[.!]$)"
    rf"|as (?:(?:is )?{_TOLD} (?:in|by) {_PLACE}|{_PLACE} {_SAYS}) ?[,:]"
    rf"|(?:in {_PLACE},? )?it (?:is|was) (?:also |further )?{_TOLD}(?: (?:in|by) {_PLACE})? that\b"
    rf"|{_PLACE} (?:also |further |clearly |explicitly )?{_SAYS}(?:,? that\b| ?[:,])) ?",
    re.IGNORECASE,
)
_TRAILS = re.compile(
    rf"(?:[,;]? (?:according to|as per|based on) {_PLACE}"
    rf"|, as (?:(?:is )?{_TOLD} (?:in|by) {_PLACE}|{_PLACE} {_SAYS})"
    rf"| ?\((?:see |cf\. ?|from )?{_PLACE}\))"
    r"(?=[.!\"”’]{0,4}$)",
    re.IGNORECASE,
)
_MOST = 4
"""Lead-ins in a row: "Second, according to source 2, it is stated that"."""


def statement_of(sentence: str) -> str:
    """Return what a sentence states; empty where it only names its sources or joins others."""
    rest = _TRAILS.sub("", sentence, count=1).strip()
    for _ in range(_MOST):
        lead = _LEADS.match(rest)
        if lead is None:
            break
        rest = rest[lead.end() :]
    if not any(c.isalnum() for c in rest):
        return ""
    return rest[0].upper() + rest[1:]
