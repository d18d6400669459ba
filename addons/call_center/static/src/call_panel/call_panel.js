import {Component, useEffect, useExternalListener, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {CallCard, phase} from "./call_card";

/** The calls of the user, beside whatever they are doing. */
export class CallPanel extends Component {
    static template = "call_center.CallPanel";
    static components = {CallCard};
    static props = {};

    setup() {
        this.store = useState(useService("call_center.calls"));
        this.root = useRef("root");
        this.state = useState({folded: false, entered: 0});
        useEffect(
            (entered) => {
                if (entered) {
                    const card = this.root.el?.querySelector(".o_call_current");
                    card?.querySelector(".o_call_choose").focus();
                }
            },
            () => [this.state.entered],
        );
        useEffect(
            () => {
                this.root.el?.querySelector(".o_call_current")?.scrollIntoView?.({
                    block: "nearest",
                });
            },
            () => [this.store.current?.id],
        );
        useExternalListener(document, "focusin", ({target}) => {
            if (!this.root.el?.contains(target)) {
                this.outside = target;
            }
        });
    }

    /** What a screen reader says; nothing is repeated while nothing changes. */
    get announcement() {
        return this.store.calls
            .map((call) => this.say(call))
            .filter(Boolean)
            .join(". ");
    }

    say(call) {
        const who = [call.who, call.number].filter(Boolean).join(", ");
        switch (phase(call)) {
            case "ringing":
                // once, with the name
                return call.direction === "in" && call.isKnown
                    ? _t("Incoming call from %s", who || _t("a withheld number"))
                    : "";
            case "answered":
                return _t("On the phone");
            case "ended":
                return _t("Call ended. Write down how it went.");
            case "missed":
                return _t("Missed call from %s", who || _t("a withheld number"));
        }
        return _t("Nobody answered: %s", who);
    }

    /** The call in the folded panel's bar: who rings is always to be seen. */
    get headline() {
        const {current} = this.store;
        return this.state.folded && current
            ? current.who || current.number || _t("Withheld number")
            : "";
    }

    /** By the hotkey or a click: the calls, and the keyboard is there. */
    enter() {
        this.state.folded = false;
        this.state.entered++; // what is folded takes no focus: after it is drawn
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && !ev.defaultPrevented) {
            ev.preventDefault();
            ev.stopPropagation();
            this.state.folded = true;
            if (this.outside?.isConnected) {
                this.outside.focus();
            } else {
                document.activeElement.blur();
            }
        }
    }
}

registry
    .category("main_components")
    .add("call_center.CallPanel", {Component: CallPanel, props: {}});
