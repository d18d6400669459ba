import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("call_center_dial", {
    steps: () => [
        {
            // in a form that can be edited it shows up under the mouse only
            content: "the number's link calls from the user's telephone",
            trigger:
                ".o_form_view .o_field_widget[name=phone] a[href^='tel:']:not(:visible)",
            run: "click",
        },
        {
            content: "the user is told to pick up",
            trigger: ".o_notification:contains(Pick up your telephone)",
        },
        {
            content: "the panel shows the call",
            trigger: ".o_call_card[data-state=ringing]",
        },
        {
            content: "a second call before that is refused in words",
            trigger:
                ".o_form_view .o_field_widget[name=phone] a[href^='tel:']:not(:visible)",
            async run({click}) {
                await new Promise((resolve) => setTimeout(resolve, 600));
                await click();
            },
        },
        {
            trigger: ".modal:contains(about to ring) .btn-primary",
            run: "click",
        },
    ],
});

registry.category("web_tour.tours").add("call_center_no_dial", {
    steps: () => [
        {
            content: "without a telephone of one's own it is the browser's tel: link",
            trigger: ".o_form_view .o_field_widget[name=phone] a[href^='tel:']",
            run({anchor}) {
                if (!anchor.href.startsWith("tel:")) {
                    throw new Error(`not tel: but ${anchor.href}`);
                }
                anchor.addEventListener("click", (ev) => {
                    if (ev.defaultPrevented) {
                        throw new Error("the link is not followed");
                    }
                    ev.preventDefault();
                    document.body.classList.add("o_link_followed");
                });
                anchor.click();
            },
        },
        {trigger: "body.o_link_followed"},
    ],
});
