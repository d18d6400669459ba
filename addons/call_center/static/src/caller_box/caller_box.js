import {Component, onMounted, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {usePopover} from "@web/core/popover/popover_hook";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {CallerMatches} from "../caller_matches/caller_matches";

const MIN_DIGITS = 2;
const TYPING_PAUSE = 350;

/**
 * What can be made of a number that nobody has. Each entry is
 * `{ label, icon, isAvailable: async () => bool,
 * getAction: (number, {orm}) => action, or its promise }`.
 */
export const unknownCallerActions = registry.category(
    "call_center.unknown_caller_actions",
);

unknownCallerActions.add(
    "new_contact",
    {
        label: _t("New contact"),
        icon: "fa-user-plus",
        isAvailable: () => user.checkAccessRight("res.partner", "create"),
        getAction: (number) => ({
            type: "ir.actions.act_window",
            name: _t("New contact"),
            res_model: "res.partner",
            views: [[false, "form"]],
            context: {default_phone: number},
        }),
    },
    {sequence: 20},
);

unknownCallerActions.add(
    "call_back",
    {
        label: _t("Call back"),
        icon: "fa-reply",
        isAvailable: () => user.hasGroup("call_center.group_call_center_agent"),
        getAction: (number, {orm}) =>
            orm.call("phone.call", "plan_call_back", [number]),
    },
    {sequence: 50},
);

export async function availableUnknownCallerActions() {
    const actions = unknownCallerActions.getAll();
    const available = await Promise.all(actions.map((action) => action.isAvailable()));
    return actions.filter((_action, index) => available[index]);
}

export class CallerBoxContent extends Component {
    static template = "call_center.CallerBoxContent";
    static components = {CallerMatches};
    static props = {close: {type: Function, optional: true}};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.input = useRef("input");
        this.state = useState({
            text: "",
            searching: false,
            result: null,
            error: "",
            actions: [],
        });
        this.request = 0;
        this.searched = "";
        this.searchSoon = useDebounced(() => this.search(), TYPING_PAUSE);
        onMounted(() => this.input.el.focus());
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        if (this.digits.length >= MIN_DIGITS || !this.state.text.trim()) {
            this.searchSoon();
        }
    }

    onPaste() {
        // the pasted text is in the field once this event is over
        setTimeout(() => this.search());
    }

    get digits() {
        return this.state.text.replace(/\D/g, "");
    }

    get matches() {
        return this.state.result?.matches || [];
    }

    async search() {
        const number = this.state.text.trim();
        if (number === this.searched) {
            return;
        }
        this.searched = number;
        const request = ++this.request;
        Object.assign(this.state, {
            result: null,
            error: "",
            actions: [],
            searching: Boolean(number),
        });
        if (!number) {
            return;
        }
        try {
            const result = await this.orm.silent.call("phone.call", "lookup", [number]);
            if (request === this.request) {
                this.state.result = result;
            }
            if (!result.matches.length && result.kind === "external") {
                await this.loadActions(request);
            }
        } catch (error) {
            if (request === this.request) {
                this.searched = "";
                this.state.error =
                    error.data?.message || _t("The server does not answer. Try again.");
            }
        } finally {
            if (request === this.request) {
                this.state.searching = false;
            }
        }
    }

    async loadActions(request) {
        const actions = await availableUnknownCallerActions();
        if (request === this.request) {
            this.state.actions = actions;
        }
    }

    /** What a screen reader is told, and the box says where there is no list. */
    get message() {
        const {result, searching, error} = this.state;
        if (searching || error || !result) {
            return searching ? _t("Searching…") : "";
        }
        const count = result.matches.length;
        if (count) {
            return count === 1 ? _t("1 caller found") : _t("%s callers found", count);
        }
        return {
            anonymous: _t("This caller withholds the number."),
            invalid: _t("This does not look like a phone number."),
            internal: _t("No user with this extension."),
            external: _t("Nobody with this number."),
        }[result.kind];
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.close?.();
        } else if (ev.key === "Enter" && ev.target === this.input.el) {
            ev.preventDefault();
            this.search();
        } else if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            ev.preventDefault();
            ev.stopPropagation();
            this.moveFocus(ev.key === "ArrowDown" ? 1 : -1);
        }
    }

    moveFocus(step) {
        const stops = [...this.root.el.querySelectorAll(".o_caller_nav")];
        const current = stops.indexOf(document.activeElement);
        stops.at((current + step + stops.length) % stops.length)?.focus();
    }

    async run(action) {
        const number = this.state.result.e164 || this.state.text.trim();
        await this.action.doAction(await action.getAction(number, {orm: this.orm}));
        this.props.close?.();
    }
}

export class CallerBox extends Component {
    static template = "call_center.CallerBox";
    static props = {};

    setup() {
        this.toggler = useRef("toggler");
        this.state = useState({open: false});
        this.popover = usePopover(CallerBoxContent, {
            animation: false,
            arrow: false,
            closeOnEscape: false,
            popoverClass: "o_caller_box_popover",
            position: "bottom-end",
            role: "dialog",
            setActiveElement: true,
            onClose: () => {
                this.state.open = false;
                this.toggler.el?.focus();
            },
        });
    }

    toggle() {
        if (this.popover.isOpen) {
            this.popover.close();
        } else {
            this.state.open = true;
            this.popover.open(this.toggler.el, {});
        }
    }
}

registry
    .category("systray")
    .add("call_center.CallerBox", {Component: CallerBox}, {sequence: 30});
