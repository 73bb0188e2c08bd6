import json
import re
import signal
import socket
import stat

import pytest
from demo.customs.samples import SAMPLES
from tests.demo.running import MANAGE, PATIENCE, SERVE, run, serving
from tests.demo.visitor import Visitor

PUBLIC = [
    *("/", "/?kind=home", "/about/", "/basket/", "/pieces/tide-mug/"),
    *("/customs/", "/accounts/login/"),
]
PRIVATE = ["/accounts/profile/", "/accounts/orders/", "/accounts/password/", "/upload/"]
PICTURE = bytes.fromhex(  # a PNG of one grey pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b5500"
    "00000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)
ADMIN = ["/admin/", "/admin/shop/product/", "/admin/shop/order/1/change/", "/admin/shop/photo/"]


@pytest.fixture
def alice(shop, visitor):
    visitor.sign_in("alice", shop["passwords"]["alice"])
    return visitor


def seen(visitor, paths):
    """Return the paths that answer with a page of their own."""
    pages = {path: visitor.get(path) for path in paths}
    return [
        path
        for path, page in pages.items()
        if (page.status, page.url) == (200, visitor.site + path)
    ]


def test_django_has_nothing_to_complain_about(tmp_path):
    done = run(tmp_path, MANAGE, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_migrations_say_what_the_models_say(tmp_path):
    done = run(tmp_path, MANAGE, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_anybody_may_see_the_shop(visitor):
    assert seen(visitor, PUBLIC) == PUBLIC


@pytest.mark.parametrize("path", [*PRIVATE, *ADMIN])
def test_a_stranger_is_asked_to_sign_in(visitor, path):
    assert "/login/?next=" in visitor.get(path).url


def test_a_customer_may_see_her_own_pages(alice):
    assert seen(alice, PRIVATE) == PRIVATE


def test_the_stockroom_opens_for_staff(shop, visitor):
    visitor.sign_in("admin", shop["passwords"]["admin"])
    assert seen(visitor, ADMIN) == ADMIN


def test_the_stockroom_stays_closed_for_customers(alice):
    assert seen(alice, ADMIN) == []


def test_every_picture_style_and_script_on_the_pages_is_there(visitor):
    pages = [visitor.get(path).text for path in PUBLIC]
    files = {path for text in pages for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', text)}
    assert len(files) > 20
    assert {visitor.get(path).status for path in files} == {200}


@pytest.mark.parametrize("path", [*PUBLIC, "/no-such-shelf/", "/oops/"])
def test_no_page_needs_inline_handlers_styles_or_another_host(visitor, path):
    text = visitor.get(path).text
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


@pytest.mark.parametrize(
    "path", [*PUBLIC, "/static/shop/css/base.css", "/no-such-shelf/", "/oops/"]
)
def test_every_answer_carries_the_headers(visitor, path):
    headers = visitor.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" in headers


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/no-such-shelf/", 404, "Nothing has washed up here."), ("/oops/", 500, "We dropped")],
)
def test_an_error_is_told_in_the_shop_s_own_words(visitor, path, status, words):
    page = visitor.get(path)
    assert page.status == status
    assert words in page.text
    assert "Traceback" not in page.text


def test_a_form_from_nowhere_is_refused_in_the_shop_s_own_words(visitor):
    visitor.token = lambda path: "0" * 64
    page = visitor.post("/basket/add/tide-mug/", quantity="1")
    assert page.status == 403
    assert "We could not tell who sent that." in page.text


def test_a_customer_can_buy_without_any_script(alice):
    piece = "/pieces/storm-plate/"
    alice.post("/basket/add/storm-plate/", page=piece, quantity="3")
    alice.post("/basket/put/storm-plate/", page="/basket/", quantity="2")
    assert "56.00" in alice.get("/basket/").text
    page = alice.post("/checkout/", page="/basket/")
    assert page.url.endswith("/accounts/orders/")
    assert "We have started to wrap" in page.text
    assert "Nothing in it yet." in alice.get("/basket/").text


@pytest.mark.parametrize("quantity", ["0", "10", "-1", "many", ""])
def test_a_basket_takes_one_to_nine_of_a_piece(visitor, quantity):
    piece = "/pieces/tide-mug/"
    page = visitor.post("/basket/add/tide-mug/", page=piece, quantity=quantity)
    assert "Please choose between 1 and 9 pieces." in page.text


def test_signing_out_takes_a_form(alice):
    assert alice.get("/accounts/logout/").status == 405
    alice.post("/accounts/logout/", page="/accounts/profile/")
    assert "/login/?next=" in alice.get("/accounts/profile/").url


def test_an_upload_is_kept_under_a_name_of_ours(alice, folder):
    before = set(folder.glob("media/photos/*"))
    page = alice.upload("/upload/", "../My Photo.PNG", PICTURE, product="1")
    assert "Thank you." in page.text
    (kept,) = set(folder.glob("media/photos/*")) - before
    assert re.fullmatch(r"[0-9a-f]{32}\.png", kept.name)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert alice.get(f"/media/photos/{kept.name}").status == 404


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("page.html", 0, "Please choose a JPEG, PNG or WebP picture."),
        ("drawing.svg", 0, "Please choose a JPEG, PNG or WebP picture."),
        ("photo.png", 5 * 1024 * 1024, "Please choose a picture of at most 5 MB."),
    ],
)
def test_an_upload_of_another_kind_or_size_is_refused(alice, folder, name, size, reason):
    before = set(folder.glob("media/photos/*"))
    assert reason in alice.upload("/upload/", name, PICTURE + bytes(size), product="1").text
    assert set(folder.glob("media/photos/*")) == before


def test_security_txt_names_a_contact_and_an_end(visitor):
    text = visitor.get("/.well-known/security.txt").text
    assert re.search(r"^Contact: mailto:\S+$", text, re.MULTILINE)
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", text, re.MULTILINE)


def test_plain_http_is_sent_to_the_https_port(shop):
    plain = Visitor(shop["http"], shop["authority"])
    assert plain.get("/about/").url == shop["https"] + "/about/"


@pytest.mark.parametrize("name", ["secret_key", "tls/server.pem"])
def test_a_secret_is_for_the_owner_only(shop, folder, name):
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_the_check_grades_the_shop_clean(tmp_path):
    done = run(tmp_path, SERVE, "--check", "--json")
    card = json.loads(done.stdout)
    assert (done.returncode, card["clean"], done.stderr) == (0, True, "")
    assert [page["status"] for page in card["pages"]] == [200] * 6 + [404]
    assert card["uploads"] == {sample.name: sample.expected for sample in SAMPLES.values()}
    assert list((tmp_path / "media/customs").iterdir()) == []  # it took away what it had sent


def test_every_script_and_style_of_a_page_comes_with_its_hash(visitor):
    for path in [*PUBLIC, "/no-such-shelf/", "/oops/"]:
        files = re.findall(r'<(?:script|link)[^>]*(?:\.js|\.css)"[^>]*>', visitor.get(path).text)
        assert files
        assert all('integrity="sha384-' in file for file in files)


def test_ctrl_c_closes_the_shop_cleanly(tmp_path):
    with serving(tmp_path) as process:
        lines = iter(process.stdout.readline, "")
        assert any("Ctrl-C closes the shop." in line for line in lines)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest.strip(), errors) == (0, "Closed.", "")


@pytest.mark.parametrize("option", ["--port", "--http-port"])
def test_a_port_that_is_taken_is_named_with_the_option(tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        ports = {"--port": "0", "--http-port": "0"} | {option: str(port)}
        done = run(tmp_path, SERVE, *(word for pair in ports.items() for word in pair))
    assert done.returncode == 1
    assert done.stderr == (
        f"Port {port} is taken by another program. "
        f"Choose another one with {option} N; 0 finds a free one.\n"
    )


@pytest.mark.parametrize("port", ["65536", "many"])
def test_a_port_is_a_number(tmp_path, port):
    done = run(tmp_path, SERVE, f"--port={port}")
    assert done.returncode == 2
    assert "a port is a number from 0 to 65535" in done.stderr
