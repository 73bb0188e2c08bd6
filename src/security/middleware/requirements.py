"""What the installed apps need from the policy, and who asked for which source."""

from __future__ import annotations

from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from security.conf import Misconfigured, conf
from security.policy.csp import Action, ContentSecurityPolicy, Edit
from security.policy.errors import PolicyError, did_you_mean

ATTRIBUTE = "csp_sources"  # on an AppConfig: directive to sources, as in SECURE_CSP


class Origin(NamedTuple):
    """One source of the site's policy, and where it comes from."""

    directive: str
    source: str
    asked_by: str


def of_apps() -> tuple[tuple[str, Edit], ...]:
    """
    Return what each app declares as ``csp_sources`` on its ``AppConfig``, by app label.

    ``SECURITY_CSP_APPS`` says whose wishes count. Raises ``ImproperlyConfigured`` for a
    wish that is no part of a policy, and for a label that no app has.
    """
    wanted = conf.SECURITY_CSP_APPS
    labels = {config.label for config in apps.get_app_configs()}
    for label in () if isinstance(wanted, bool) else wanted:
        if label not in labels:
            raise ImproperlyConfigured(
                f"SECURITY_CSP_APPS must be made of labels of installed apps (got {label!r:.80}).\n"
                f"    HINT: {did_you_mean(label, labels) or 'See INSTALLED_APPS.'}"
            )
    found = []
    for config in apps.get_app_configs():
        raw = getattr(config, ATTRIBUTE, None)
        if raw is None or not (wanted is True or (wanted and config.label in wanted)):
            continue
        try:
            found.append((config.label, Edit.read(Action.ADD, raw)))
        except PolicyError as error:
            raise Misconfigured(f"{type(config).__name__}.{ATTRIBUTE}", error) from error
    return tuple(found)


def standing() -> tuple[Edit, ...]:
    """Return every edit of the site's policy: of the apps first, then of the settings."""
    own = (conf.SECURITY_CSP_ADD, conf.SECURITY_CSP_REMOVE, conf.SECURITY_CSP_REPLACE)
    return (
        *(edit for _, edit in conf.derived(of_apps)),
        *(edit for edit in own if edit is not None),
    )


def provenance() -> list[Origin]:
    """Return each source of the enforced policy with the first that asked for it."""
    policy = conf.SECURE_CSP
    preset = conf.SECURITY_PRESET if not conf.is_set("SECURE_CSP") else None
    asked = f"preset {preset}" if preset else "SECURE_CSP"
    steps = [(f"app {label}", edit) for label, edit in conf.derived(of_apps)]
    names = ("SECURITY_CSP_ADD", "SECURITY_CSP_REMOVE", "SECURITY_CSP_REPLACE")
    steps.extend((name, edit) for name in names if (edit := getattr(conf, name)) is not None)
    known: dict[tuple[str, str], str] = {}
    _note(known, policy, asked)
    for who, edit in steps:
        policy = edit.apply(policy)
        _note(known, policy, who)
    return [
        Origin(directive.name, source, known[directive.name, source])
        for directive in (policy.directives if policy else ())
        for source in directive.values
    ]


def _note(
    known: dict[tuple[str, str], str], policy: ContentSecurityPolicy | None, who: str
) -> None:
    for directive in policy.directives if policy else ():
        for source in directive.values:
            known.setdefault((directive.name, source), who)
