"""The style sheet of the page, and the hash by which a policy allows it. CSP3 section 6.7.4."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

# Each pair of colours has a contrast of 4.5 or more. WCAG 2.2, 1.4.3.
STYLE: Final = """
:root{--back:#fff;--text:#1b1f23;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0550ae;
--high:#b3261e;--medium:#8a4b00;--low:#0b5c8a;--info:#57606a;--good:#1a6e2e}
@media (prefers-color-scheme:dark){:root{--back:#14171a;--text:#e6e9ec;--soft:#a9b2ba;
--line:#3a4148;--panel:#1d2226;--link:#8cb8ff;--high:#ff9a90;--medium:#ffc56b;--low:#8cccf4;
--info:#a9b2ba;--good:#7fd491}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main,footer{max-width:60rem;margin:0 auto;padding:1rem}
footer{color:var(--soft);font-size:.875rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
h4{font-size:1rem;margin:1.25rem 0 .5rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{padding:.4rem .5rem;border-top:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-top:0;color:var(--soft);font-weight:600;overflow-wrap:normal}
tbody th{font-weight:400}
.summary td,.summary thead th:not(:first-child){width:1%;white-space:nowrap}
.tests th:nth-child(2),.tests td:nth-child(2){text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}
.failed td,.failed th{color:var(--high)}
.grade{display:inline-block;min-width:2.2rem;padding:0 .4rem;border:2px solid;border-radius:.4rem;
font-weight:700;text-align:center}
.a,.b{color:var(--good)}
.c,.d{color:var(--medium)}
.f{color:var(--high)}
.none{color:var(--info)}
.big{font-size:1.75rem;margin:.5rem 0}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:0 1rem}
details[open]{padding-bottom:1rem}
summary{cursor:pointer;margin:0 -1rem;padding:.75rem 1rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.875em;
background:var(--panel);padding:.1rem .3rem;border-radius:.25rem}
dl{margin:0}
dt{margin-top:.75rem}
dd{margin:.15rem 0 0}
.hint{color:var(--soft)}
h2.high,h3.high,h4.high{color:var(--high)}
h2.medium,h3.medium,h4.medium{color:var(--medium)}
h2.low,h3.low,h4.low{color:var(--low)}
h2.info,h3.info,h4.info{color:var(--info)}
@media (max-width:40rem){.wide{display:none}th,td{padding:.4rem .3rem}}
@media print{details::details-content{content-visibility:visible;height:auto}}
"""
_DIGEST: Final = hashlib.sha256(STYLE.encode("ascii")).digest()
STYLE_HASH: Final = f"'sha256-{base64.b64encode(_DIGEST).decode('ascii')}'"
