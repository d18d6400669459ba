import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("call_center_find_caller", {
    steps: () => [
        {
            content: "open the box",
            trigger: ".o_caller_box_toggler",
            run: "click",
        },
        {
            content: "it says what to do",
            trigger: ".o_caller_box_content:has(.o_caller_empty)",
        },
        {
            content: "a spelling the contact does not have",
            trigger: ".o_caller_input",
            run: "edit 0049 30 5551234 12",
        },
        {
            content: "the person is found for certain",
            trigger:
                ".o_caller_match:contains(Anna Berger) .o_caller_certainty:contains(Exact)",
        },
        {
            content: "with position and company",
            trigger:
                ".o_caller_section[data-code=contact]:contains(Head Buyer):contains(Bremsen Berger)",
        },
        {
            content: "another extension of the company",
            trigger: ".o_caller_input",
            run: "edit +49 30 5551234-99",
        },
        {
            content: "finds the switchboard",
            trigger:
                ".o_caller_match:contains(Bremsen Berger) .o_caller_certainty:contains(Switchboard)",
        },
        {
            content: "a number nobody has",
            trigger: ".o_caller_input",
            run: "edit +49 89 7654321",
        },
        {
            trigger: ".o_caller_message:contains(Nobody with this number)",
        },
        {
            content: "what is no number",
            trigger: ".o_caller_input",
            run: "edit hello 12",
        },
        {
            trigger: ".o_caller_message:contains(does not look like)",
        },
        {
            content: "back to the unknown number, and enter it",
            trigger: ".o_caller_input",
            run: "edit +49 89 7654321",
        },
        {
            trigger: ".o_caller_actions button:contains(New contact)",
            run: "click",
        },
        {
            content: "the number is filled in",
            trigger:
                ".o_form_view .o_field_widget[name=phone] input:value(+49 89 7654321)",
        },
        {
            content: "leave without saving",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
    ],
});

registry.category("web_tour.tours").add("call_center_find_caller_keyboard", {
    steps: () => [
        {
            trigger: "body:has(.o_caller_box_toggler)",
            run: "press alt+shift+f",
        },
        {
            content: "the field has the focus",
            trigger: ".o_caller_input:focus",
            run: "edit 030 5551234 12",
        },
        {
            trigger: ".o_caller_match:contains(Anna Berger)",
        },
        {
            content: "arrow down to the match",
            trigger: ".o_caller_input",
            run: "press ArrowDown",
        },
        {
            trigger: ".o_caller_match > button:focus[aria-expanded=true]",
        },
        {
            trigger: ".o_caller_record:contains(Head Buyer)",
        },
        {
            content: "and on to its first record",
            trigger: ".o_caller_match > button:focus",
            run: "press ArrowDown",
        },
        {
            trigger: ".o_caller_record a:focus:contains(Anna Berger)",
            run: "press Escape",
        },
        {
            content: "closed, and the focus is back",
            trigger:
                "body:not(:has(.o_caller_box_content)) .o_caller_box_toggler:focus",
        },
    ],
});
