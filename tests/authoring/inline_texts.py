"""Texts of templates, made of pieces that mislead whoever reads them carelessly."""

from __future__ import annotations

from hypothesis import strategies as st

# What a browser, Django's lexer or Jinja's acts on, whole or in halves.
PIECES = (
    "<", ">", "/", "=", '"', "'", " ", "\n", "\r\n", "{", "}", "%", "#", "&lt;", "\\", "-", "!",
    "<script", "<script>", "</script>", "</script", "<SCRIPT src=x", "<style>", "</style >",
    "<!--", "-->", "<!-->", "--!>", "<!DOCTYPE html>", "<?php ?>", "<div", "<a href=", "<link rel",
    "<textarea>", "</textarea>", "<title>", "</title>", "<svg>", "</svg>", "<math>", "<script/>",
    "<foreignObject>", "<template>", "</template>", "<noscript>", "</head>", "<{{ tag }}", "</",
    " onclick=", " onclick='a()'", " style=", ' style="color: red"', " nonce", ' nonce="x"',
    ' type="text/template"', " type=module", " type='application/json'", "javascript:", " srcdoc=",
    "{{", "}}", "{%", "%}", "{#", "#}", "{{ a }}", "{% if a %}", "{% else %}", "{% endif %}",
    "{# c #}", "{{ '}}' }}", '{{ {"a": {}} }}', "{% verbatim %}", "{% endverbatim %}",
    "{% verbatim x %}", "{% endverbatim x %}", "{% verbatimly %}",
    "{% raw %}", "{%- endraw -%}", "{% cache 1 a %}",
    "{% endcache %}", "{% csp_nonce_attr %}", '{{ csp_nonce }}', "{% extends 'a' %}",
    "\ufdd0", "\ufdd1", "\ufdd2", "\u212a", "\u017f", "\x00", "\x1b", "\u2028", "\ud800", "word",
)  # fmt: skip

pieces = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
texts = st.one_of(pieces, st.text(max_size=200))

# Whole statements, of which any number in any order is a template that Django compiles.
WHOLE = (
    "<p>{{ a }}</p>\n",
    "<script>let a = 1;</script>",
    "<script src='{{ a }}'></script>\r\n",
    "<style>\n p { color: red }\n</style>",
    "<script{% if a %} defer{% endif %}>x</script>",
    '<script type="application/json">{"a": "<script>"}</script>',
    "<script nonce='{{ b }}'></script>",
    "{% if a %}<script>1</script>{% else %}<style></style>{% endif %}",
    "{# <script> #}",
    "{% comment %}<script></script>{% endcomment %}",
    "<!-- <script> -->",
    "{ { % } }",
    "{{ \n }}",
    "{% verbatim %}<script>{{ c }}</script>{% endverbatim %}",
    "{% with d=a %}<svg><style/>{% endwith %}",
    "<a {% if a %}onclick='f()'{% endif %} style=\"{{ a }}\">",
    "{{",
    "{%",
    "a < b {{ a }} > c",
    "<textarea><script></textarea>",
    "<script>\n<!--<script></script>--></script>",
    "<div\n",
    "'",
    '"',
    "{% filter upper %}<script></script>{% endfilter %}",
    "<noscript><style>a{}</style></noscript>",
)

whole = st.lists(st.sampled_from(WHOLE), max_size=12).map("".join)
