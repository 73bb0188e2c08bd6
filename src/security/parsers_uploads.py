"""From what a project writes in ``SECURITY_UPLOADS`` to the rules for its uploads."""

from __future__ import annotations

from security.parsers import keyed, optional, words
from security.policy.errors import PolicyError
from security.uploads.limits import Limits
from security.uploads.rules import LIMITS, Rules, Scanner

# The keys of the setting, and the options of ``Rules`` that they are.
KEYS = {"TYPES": "types", "REENCODE": "reencode", "CLAMAV": "scanner"}
KEYS |= {name.upper(): name for name in LIMITS}


def uploads(raw: object) -> Rules:
    """Read ``SECURITY_UPLOADS``. Raises ``PolicyError`` that names the key."""
    given = {KEYS[key]: value for key, value in keyed(raw, tuple(KEYS)).items()}
    try:
        scanner = optional(Scanner.parse)(given.pop("scanner", None))
    except PolicyError as error:
        raise error.within("CLAMAV") from error
    if "types" in given:
        try:
            given["types"] = words(given["types"], "a list of types")
        except PolicyError as error:
            raise error.within("TYPES") from error
    try:
        limits = Limits(**{name: given.pop(name) for name in LIMITS if name in given})
        return Rules(limits=limits, scanner=scanner, **given)
    except PolicyError as error:  # it names the field; the setting has it in capitals
        path = error.path
        for key, name in KEYS.items():
            path = path.replace(f'["{name}"]', f'["{key}"]')
        raise PolicyError(str(error), hint=error.hint, path=path) from error
