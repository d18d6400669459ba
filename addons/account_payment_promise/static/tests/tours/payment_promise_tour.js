/** @odoo-module **/

import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("account_payment_promise_tour", {
    steps: () => [
        {
            content: "Note what the customer says on the phone",
            trigger: "button[name='action_promise_payment']",
            run: "click",
        },
        {
            content: "The amount is what is open",
            trigger: ".modal .o_field_widget[name='amount'] input",
        },
        {
            content: "Enter the day",
            trigger: ".modal .o_field_widget[name='date'] input",
            run: "edit 12/31/2099",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The invoice shows that there is a promise",
            trigger:
                "body:not(:has(.modal)) .o_form_view button[name='action_open_payment_promises']",
        },
    ],
});
