import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {patch} from "@web/core/utils/patch";
import {PhoneField} from "@web/views/fields/phone/phone_field";

patch(PhoneField.prototype, {
    setup() {
        super.setup(...arguments);
        this.callCenterDial = useService("call_center.dial");
    },
    /** Without a telephone system that can do it the link's tel: is followed. */
    onClickCall(ev) {
        if (!this.callCenterDial.canDial || ev.ctrlKey || ev.metaKey) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const {record, name} = this.props;
        this.callCenterDial.dial(record.data[name], record.resModel, record.resId);
    },
    get callTitle() {
        return this.callCenterDial.canDial ? _t("Call from my telephone") : undefined;
    },
});
