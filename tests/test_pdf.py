"""What customers get on paper: printed for real, by the program that Odoo calls."""

import base64
import html
import io
import json
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest
from PyPDF2 import PdfReader

from workbench import pdf
from workbench.steps import program

pytestmark = pytest.mark.skipif(
    not (program("wkhtmltopdf") or pdf.folder()),
    reason="wkhtmltopdf is not here: `make setup` says why",
)
#: an order of one line, in bytes of drawing
ONE_PAGE = 5000
#: one black pixel
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAA"
    "SUVORK5CYII="
)


@pytest.fixture(scope="module")
def quotation(odoo):
    """A quotation of five pieces that are on the shelf, held for a customer."""
    client = odoo.client()
    partner = client.create(
        "res.partner", name="Garage Miller", email="miller@example.com"
    )
    product = client.create(
        "product.product", name="Brake Disc", type="consu", is_storable=True
    )
    warehouse = client.search_read("stock.warehouse", [], "lot_stock_id")[0]
    client.call(
        "stock.quant",
        "create",
        {
            "product_id": product,
            "location_id": warehouse["lot_stock_id"][0],
            "inventory_quantity_auto_apply": 5,
        },
        context={"inventory_mode": True},
    )
    order = client.create(
        "sale.order",
        partner_id=partner,
        require_signature=True,
        require_payment=False,
        order_line=[(0, 0, {"product_id": product, "product_uom_qty": 5})],
    )
    client.call("sale.order", "action_hold_promise", [order])
    return client, order


class Browser:
    """Pages as a person's browser gets them, with cookies."""

    def __init__(self, url):
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path):
        with self.opener.open(f"{self.url}{path}", timeout=120) as answer:
            return answer.headers["Content-Type"], answer.read()

    def call(self, path, **params):
        request = urllib.request.Request(
            f"{self.url}{path}",
            json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
            {"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=120) as answer:
            return json.loads(answer.read())

    def log_in(self, login, password):
        _kind, page = self.get("/web/login")
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode()
        body = urllib.parse.urlencode(
            {"login": login, "password": password, "csrf_token": token}
        )
        self.opener.open(f"{self.url}/web/login", body.encode(), timeout=60).read()


def drawn(content):
    """What is drawn on the pages. Debian's build draws letters as shapes, so that words
    cannot be read out of it; a page with nothing on it has a few bytes."""
    pages = PdfReader(io.BytesIO(content)).pages
    return sum(len(page.get_contents().get_data()) for page in pages)


def promised_day(client, order):
    """The promised day, as the order's own page for the customer writes it."""
    (values,) = client.read("sale.order", [order], "order_line")
    (line,) = client.read("sale.order.line", values["order_line"], "promised_date")
    assert line["promised_date"], "there is no date to print"
    year, month, day = line["promised_date"][:10].split("-")
    return f"{month}/{day}/{year}"


def test_the_quotation_prints_with_its_promised_date(odoo, quotation):
    client, order = quotation
    browser = Browser(odoo.url)
    browser.log_in("admin", "admin")
    kind, content = browser.get(f"/report/pdf/sale.report_saleorder/{order}")
    assert kind == "application/pdf"
    assert drawn(content) > ONE_PAGE
    # the same as HTML: what the program is given to print
    _kind, page = browser.get(f"/report/html/sale.report_saleorder/{order}")
    assert "Brake Disc" in page.decode()
    assert promised_day(client, order) in page.decode()


def test_the_quotation_is_mailed_with_its_pdf(quotation):
    client, order = quotation
    action = client.call("sale.order", "action_quotation_send", [order])
    context = {**action["context"], "active_ids": [order]}
    composer = client.call("mail.compose.message", "create", {}, context=context)
    client.call("mail.compose.message", "action_send_mail", [composer], context=context)
    (message,) = client.search_read(
        "mail.message",
        [
            ("model", "=", "sale.order"),
            ("res_id", "=", order),
            ("attachment_ids", "!=", False),
        ],
        "attachment_ids",
    )
    files = client.read("ir.attachment", message["attachment_ids"], "name", "datas")
    (paper,) = [file for file in files if file["name"].endswith(".pdf")]
    assert drawn(base64.b64decode(paper["datas"])) > ONE_PAGE


def test_the_customer_signs_on_the_portal(odoo, quotation):
    client, order = quotation
    client.call("sale.order", "write", [order], {"state": "sent"})
    link = client.call("sale.order", "get_portal_url", [order])
    path = html.unescape(link)
    token = re.search(r"access_token=([^&]+)", path)[1]
    customer = Browser(odoo.url)
    kind, page = customer.get(path)
    assert kind.startswith("text/html")
    assert b"o_promise_date" in page
    answer = customer.call(
        f"/my/orders/{order}/accept",
        access_token=token,
        name="Anna Miller",
        signature=SIGNATURE,
    )
    assert answer["result"].get("force_refresh"), answer
    (values,) = client.read("sale.order", [order], "state", "signed_by")
    assert (values["state"], values["signed_by"]) == ("sale", "Anna Miller")
    kind, content = customer.get(f"{path}&report_type=pdf")
    assert kind == "application/pdf"
    assert drawn(content) > ONE_PAGE
    assert not odoo.problems()
