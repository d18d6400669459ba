import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dealer_choice", {
    steps: () => [
        {
            content: "open the window with the ranked dealers",
            trigger: "button[name=action_choose_dealer]",
            run: "click",
        },
        {
            content: "the nearest is chosen, the map shows dealers and customer",
            trigger: ".o_dealer_choice_map circle.customer",
        },
        {
            content: "choose the second",
            trigger: ".o_dealer_choice label:contains(Second) input",
            run: "click",
        },
        {
            trigger: "#dealer_message",
            run: "edit A boiler has failed.",
        },
        {
            trigger: ".o_dealer_choice input[value=informed]",
            run: "click",
        },
        {
            trigger: ".o_dealer_choice .btn-primary",
            run: "click",
        },
        {
            content: "the lead says who has it",
            trigger: "button[name=action_withdraw_handover]",
        },
    ],
});
