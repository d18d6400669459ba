import {browser} from "@web/core/browser/browser";
import {isMobileOS} from "@web/core/browser/feature_detection";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {session} from "@web/session";

/**
 * Lets the user's own telephone make a call, where their telephone system can do it.
 * What goes wrong after the click comes back over the bus.
 */
export const dialService = {
    dependencies: ["bus_service", "notification", "orm"],
    start(env, {bus_service: bus, notification, orm}) {
        // a telephone in the hand is nearer than the one on the desk
        const canDial = Boolean(session.call_center_dial) && !isMobileOS();
        if (canDial) {
            bus.subscribe("call_center.dial", ({message}) => {
                notification.add(message, {type: "danger", sticky: true});
            });
            bus.start();
        }
        let dialling = false;
        return {
            canDial,
            async dial(number, model, recordId) {
                if (dialling) {
                    return;
                }
                dialling = true;
                try {
                    await orm.call("phone.call", "dial", [
                        number,
                        model || false,
                        recordId || false,
                    ]);
                    notification.add(
                        _t("Pick up your telephone: %s is called next.", number),
                        {type: "info"},
                    );
                } finally {
                    // a double click is one call
                    browser.setTimeout(() => {
                        dialling = false;
                    }, 500);
                }
            },
        };
    },
};

registry.category("services").add("call_center.dial", dialService);
