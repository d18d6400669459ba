import {rpc} from "@web/core/network/rpc";
import {KeepLast} from "@web/core/utils/concurrency";
import {patch} from "@web/core/utils/patch";
import {WebsiteSale} from "@website_sale/interactions/website_sale";

/** The date on the product page follows variant, options, unit and quantity. */
patch(WebsiteSale.prototype, {
    setup() {
        super.setup();
        this.keepLastPromise = new KeepLast();
    },

    _onChangeCombination(ev, parent, combination) {
        super._onChangeCombination(...arguments);
        if (parent.matches(".js_main_product")) {
            this._updatePromise(parent, combination);
        }
    },

    /**
     * @param {Element} parent
     * @param {Object} combination
     */
    async _updatePromise(parent, combination) {
        const promise = parent.querySelector(".o_promise_shop");
        if (!promise) {
            return;
        }
        if (!combination.product_id) {
            this._showPromise(promise, "", "no_date");
            return;
        }
        const quantity = parseFloat(
            parent.querySelector('input[name="add_qty"]')?.value,
        );
        const line = {
            product_id: combination.product_id,
            quantity: quantity > 0 ? quantity : 1,
            uom_id: this._getUoMId(parent) || false,
            no_variant_value_ids: [
                ...parent.querySelectorAll(
                    "input.no_variant.js_variant_change:checked, select.no_variant.js_variant_change",
                ),
            ]
                .map((element) => parseInt(element.value))
                .filter(Boolean),
            combo_item_ids: [],
        };
        const request = rpc("/shop/promise", {lines: [line]}, {silent: true});
        const answer = await this.waitFor(this.keepLastPromise.add(request)).catch(
            () => null,
        );
        // where too much was asked, what was said before stands
        if (answer && !answer.limited) {
            this._showPromise(
                promise,
                answer.lines[0].text,
                answer.lines[0].availability,
            );
        }
    },

    _showPromise(promise, text, availability) {
        const sentence = promise.querySelector(".o_promise_sentence");
        sentence.querySelector(".o_promise_text").textContent = text;
        sentence.dataset.availability = availability;
        for (const element of [sentence, promise.querySelector(".o_promise_place")]) {
            element?.classList.toggle("d-none", !text);
        }
    },
});
