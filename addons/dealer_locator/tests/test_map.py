"""The map in a browser: points without a picture from outside."""

from odoo.tests import HttpCase, tagged

from .common import DealerCase

#: opens the dealer by the keyboard and waits for the form
OPEN = """
const point = document.querySelector(".o_dealer_map circle[aria-label='On the map']");
point.focus();
point.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
let left = 100;
const wait = setInterval(() => {
    const form = document.querySelector(".o_form_view");
    if (form && form.textContent.includes("Service Level")) {
        clearInterval(wait);
        console.log("test successful");
    } else if (!left--) {
        clearInterval(wait);
        console.error("the dealer's form did not open");
    }
}, 100);
"""


@tagged("post_install", "-at_install")
class TestMap(DealerCase, HttpCase):
    def test_a_point_opens_its_dealer(self):
        self.dealer("On the map", 5)
        self.dealer("Across the date line", point=(-17.0, 179.9))
        self.browser_js(
            "/odoo/dealer-map",
            OPEN,
            ready="document.querySelectorAll('.o_dealer_map circle').length === 2",
            login="dealer_user",
        )
