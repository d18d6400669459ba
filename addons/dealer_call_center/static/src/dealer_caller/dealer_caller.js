import {Component, onWillStart, useState} from "@odoo/owl";
import {callerActions} from "@call_center/caller_actions/caller_actions";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";

const TYPING_PAUSE = 250;

/** The best dealers for a caller: what to say, and the way to hand over. */
export class DealerCaller extends Component {
    static template = "dealer_call_center.DealerCaller";
    static props = {
        match: Object,
        number: String,
        onOpened: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            found: null,
            error: "",
            text: "",
            places: [],
            placeId: false,
            remembered: false,
            message: "",
            consent: false,
            asked: "",
            busy: false,
            said: false,
        });
        this.suggestSoon = useDebounced(() => this.suggest(), TYPING_PAUSE);
        onWillStart(() => this.load());
    }

    get target() {
        return [this.props.match.model, this.props.match.id];
    }

    async load() {
        await this.guard(async () => {
            this.state.found = await this.orm.silent.call(
                "phone.call",
                "caller_dealers",
                [...this.target, this.state.placeId],
            );
        });
    }

    /** Run what asks the server; an error is shown here, not in a window. */
    async guard(run) {
        this.state.error = "";
        try {
            await run();
        } catch (error) {
            this.state.error = error.data?.message || _t("The server does not answer.");
        }
    }

    async suggest() {
        const text = this.state.text.trim();
        if (text.length < 2) {
            this.state.places = [];
            return;
        }
        await this.guard(async () => {
            const places = await this.orm.silent.call("phone.call", "dealer_places", [
                text,
            ]);
            if (text === this.state.text.trim()) {
                this.state.places = places;
            }
        });
    }

    async choosePlace(place) {
        Object.assign(this.state, {
            placeId: place.id,
            text: place.name,
            places: [],
            remembered: false,
        });
        await this.load();
    }

    async remember() {
        await this.guard(async () => {
            await this.orm.call("phone.call", "remember_place", [
                ...this.target,
                this.state.placeId,
            ]);
            this.state.remembered = true;
        });
    }

    distance(dealer) {
        if (dealer.distance_km === false) {
            return "";
        }
        const km = dealer.distance_km.toFixed(dealer.distance_km < 100 ? 1 : 0);
        return (dealer.approximate ? "≈ " : "") + _t("%s km", km);
    }

    get groups() {
        const {found} = this.state;
        if (!found) {
            return [];
        }
        return found.dealers.length
            ? [{message: "", dealers: found.dealers}]
            : found.relax;
    }

    async handOver(dealer) {
        this.state.busy = true;
        await this.guard(async () => {
            await this.orm.call("phone.call", "caller_hand_over", [
                ...this.target,
                dealer.dealer_id,
                {
                    message: this.state.message,
                    consent: this.state.consent ? "informed" : false,
                    place_id: this.state.placeId,
                },
            ]);
            this.state.asked = dealer.name;
        });
        this.state.busy = false;
    }
}

callerActions.add(
    "dealer",
    {
        label: _t("Dealer"),
        icon: "fa-map-marker",
        isAvailable: async ({match}) =>
            match.model !== "res.users" &&
            (await user.checkAccessRight("dealer.profile", "read")) &&
            (await user.checkAccessRight("crm.lead", "write")),
        Component: DealerCaller,
    },
    {sequence: 25},
);
