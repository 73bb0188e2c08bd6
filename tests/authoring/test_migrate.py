from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from security.authoring import migrate_csp3, migrate_csp4, migrate_security
from security.authoring.migrate import migrate

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [*migrate_csp3.NAMES, *migrate_csp3.OTHERS, *migrate_csp4.NAMES, "FEATURE_POLICY",
     "PERMISSIONS_POLICY", "REFERRER_POLICY", "CSP_DICT", "CSP_STRING", "STS_MAX_AGE"]
)  # fmt: skip


@given(st.dictionaries(NAMES, ODD, max_size=4))
def test_whatever_the_values_are_the_result_is_python(settings):
    middleware = ["csp.middleware.CSPMiddleware", *migrate_security.MIDDLEWARE]
    text = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    migration = migrate({"MIDDLEWARE": middleware, **settings}, text)
    ast.parse(migration.after)
