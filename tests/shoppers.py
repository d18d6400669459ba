"""Shoppers without a browser: what the shop's pages do, over HTTP, as guests."""

import re
import time

import requests


class Refused(Exception):
    """Told before paying: the text is what the shopper reads."""


class Shopper:
    """One guest with a session of their own.

    :param url: of the server
    :param number: makes their name and address their own
    """

    def __init__(self, url, number):
        self.url = url
        self.number = number
        self.session = requests.Session()
        self.statuses = []
        self.order_id = None
        self.payment = {}

    # -- requests ------------------------------------------------------------------

    def get(self, path):
        answer = self.session.get(self.url + path, timeout=90)
        self.statuses.append(answer.status_code)
        return answer

    def call(self, path, **params):
        answer = self.session.post(
            self.url + path,
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=90,
        )
        self.statuses.append(answer.status_code)
        body = answer.json()
        if "error" in body:
            raise RuntimeError(f"{path}: {body['error']['data']['message']}")
        return body.get("result")

    # -- shopping ------------------------------------------------------------------

    def fill(self, template_id, product_id, country_id, quantity=1):
        """A cart with an address and a delivery method."""
        page = self.get("/shop/cart").text
        self.call(
            "/shop/cart/add",
            product_template_id=template_id,
            product_id=product_id,
            quantity=quantity,
        )
        token = re.search(r'csrf_token: "([^"]+)"', page).group(1)
        answer = self.session.post(
            self.url + "/shop/address/submit",
            data={
                "csrf_token": token,
                "name": f"Guest {self.number}",
                "email": f"guest{self.number}@example.com",
                "phone": "+3281000000",
                "street": f"Grand-Rue {self.number}",
                "city": "Ramillies",
                "zip": "1367",
                "country_id": country_id,
                "address_type": "billing",
                "use_delivery_as_billing": "true",
            },
            timeout=90,
        )
        self.statuses.append(answer.status_code)
        answer.raise_for_status()
        self.get("/shop/checkout")

    def open_payment(self):
        """The payment page, where the goods are held.

        :raises Refused: the cart is shown instead, with a warning at its line, or the
            page warns of another date, which this shopper does not accept
        """
        answer = self.get("/shop/payment")
        if "/shop/cart" in answer.url:
            raise Refused(_warning(answer.text))
        warned = re.search(r"Warning!</strong>([^<]*)<", answer.text)
        if warned:
            raise Refused(warned.group(1).strip())
        form = re.search(r'<form[^>]*id="o_payment_form"[^>]*>', answer.text).group(0)
        data = dict(re.findall(r'data-([\w-]+)="([^"]*)"', form))
        option = re.search(
            r'<input[^>]*data-payment-method-code="demo"[^>]*>', answer.text, re.S
        )
        option = dict(re.findall(r'data-([\w-]+)="([^"]*)"', option.group(0)))
        self.payment = {
            "route": data["transaction-route"],
            "access_token": data["access-token"],
            "amount": float(data["amount"]),
            "provider_id": int(option["provider-id"]),
            "payment_method_id": int(option["payment-option-id"]),
        }
        self.order_id = int(self.payment["route"].rsplit("/", 1)[1])
        return answer.text

    def pay(self, state="done"):
        """Begin the payment and let the provider answer.

        :raises Refused: told before the provider is called
        """
        values = self.begin()
        self.call(
            "/payment/demo/simulate_payment",
            reference=values["reference"],
            payment_details="1234",
            simulated_state=state,
        )
        return values["reference"]

    def begin(self):
        payment = dict(self.payment)
        values = self.call(
            payment.pop("route"),
            **payment,
            token_id=None,
            flow="direct",
            tokenization_requested=False,
            landing_route="/shop/payment/validate",
        )
        if values["state"] == "error":
            raise Refused(values["state_message"])
        return values

    def wait(self):
        """Poll as the status page does, until it is processed."""
        for __ in range(60):
            try:
                found = self.call("/payment/status/poll")
            except RuntimeError as error:
                # what the page does, too
                if "retry" not in str(error):
                    raise
                time.sleep(0.5)
                continue
            if found["state"] != "draft":
                return found["state"]
            time.sleep(0.5)
        raise RuntimeError("The payment was never processed.")


def _warning(page):
    found = re.search(r'class="o_promise_warning[^>]*>\s*([^<]+)<', page)
    return found.group(1).strip() if found else ""
