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
#: whether every point is within the picture
WITHIN = """
const box = document.querySelector(".o_dealer_map svg").viewBox.baseVal;
const outside = [...document.querySelectorAll(".o_dealer_map circle")].filter(
    (point) =>
        point.cx.baseVal.value < 0 ||
        point.cx.baseVal.value > box.width ||
        point.cy.baseVal.value < 0 ||
        point.cy.baseVal.value > box.height
);
if (outside.length) {
    console.error(`${outside.length} points are outside the picture`);
} else {
    console.log("test successful");
}
"""
READY = "document.querySelectorAll('.o_dealer_map circle').length === 3"


class MapCase(DealerCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer("On the map", 5)
        cls.dealer("Far north", point=(70.0, 25.0))
        cls.dealer("Across the date line", point=(-17.0, 179.9))

    def _see(self, code):
        self.browser_js("/odoo/dealer-map", code, ready=READY, login="dealer_user")


@tagged("post_install", "-at_install")
class TestMap(MapCase):
    def test_a_point_opens_its_dealer(self):
        self._see(OPEN)

    def test_every_point_is_within_the_picture(self):
        self._see(WITHIN)


@tagged("post_install", "-at_install")
class TestMapOnAPhone(MapCase):
    browser_size = "390x800"
    touch_enabled = True

    def test_every_point_is_within_the_picture(self):
        self._see(WITHIN)
