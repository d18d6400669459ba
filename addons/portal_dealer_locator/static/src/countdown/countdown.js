import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** The time that is left, by the second. */
export class DealerCountdown extends Interaction {
    static selector = ".o_dealer_countdown";

    start() {
        this.until = new Date(`${this.el.dataset.until}Z`).getTime();
        this.show();
        const timer = setInterval(() => this.show(), 1000);
        this.registerCleanup(() => clearInterval(timer));
    }

    show() {
        const seconds = Math.max(Math.floor((this.until - Date.now()) / 1000), 0);
        const two = (number) => String(number).padStart(2, "0");
        const hours = Math.floor(seconds / 3600);
        const minutes = Math.floor(seconds / 60) % 60;
        this.el.textContent = `(${hours}:${two(minutes)}:${two(seconds % 60)})`;
    }
}

registry
    .category("public.interactions")
    .add("portal_dealer_locator.countdown", DealerCountdown);
