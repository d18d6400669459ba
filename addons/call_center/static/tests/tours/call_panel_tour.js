import {registry} from "@web/core/registry";

/** Plays a provider: posts an event to the line's webhook. */
async function post(event) {
    const path = sessionStorage.getItem("call_center_webhook");
    const response = await fetch(path, {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({callId: "tour", ...event}),
    });
    if (response.status !== 200) {
        throw new Error(`the webhook answered ${response.status}`);
    }
}

registry.category("web_tour.tours").add("call_center_panel", {
    steps: () => [
        {
            content: "nothing rings",
            trigger: ".o_main_navbar",
            async run() {
                const params = new URLSearchParams(window.location.search);
                const path = params.get("webhook");
                if (path) {
                    sessionStorage.setItem("call_center_webhook", path);
                }
                await post({
                    event: "newCall",
                    direction: "in",
                    from: "030 5551234",
                    to: "+4989100",
                    user: ["101"],
                    queue: "sales",
                });
            },
        },
        {
            content: "the panel says who rings",
            trigger:
                ".o_call_card[data-state=ringing]:contains(sales) .o_caller_match:contains(Anna Berger)",
        },
        {
            trigger: ".o_call_card .o_caller_section[data-code=contact]",
            async run() {
                await post({event: "answer", user: "101"});
            },
        },
        {
            content: "the call is taken",
            trigger: ".o_call_card[data-state=answered]:contains(On the phone)",
            async run() {
                await post({event: "hangup", cause: "normalClearing"});
            },
        },
        {
            content: "it has ended: write down what it was about",
            trigger:
                ".o_call_card[data-state=ended] .o_wrap_up_outcome:has(option:contains(Solved))",
            run: "selectByLabel Call back",
        },
        {
            content: "the outcome proposes to call back tomorrow",
            trigger: ".o_wrap_up_activity_type:visible",
        },
        {
            trigger: ".o_wrap_up_subject",
            run: "selectByLabel Delivery date",
        },
        {
            trigger: ".o_wrap_up_tag:contains(Urgent)",
            run: "click",
        },
        {
            trigger: ".o_call_note textarea",
            run: "edit Wants eight brake discs",
        },
        {
            trigger: ".o_wrap_up_save",
            run: "click",
        },
        {
            content: "the panel is gone",
            trigger: "body:not(:has(.o_call_panel))",
        },
    ],
});

registry.category("web_tour.tours").add("call_center_wrap_up_keyboard", {
    steps: () => [
        {
            content: "a call is over",
            trigger: ".o_main_navbar",
            async run() {
                const params = new URLSearchParams(window.location.search);
                const path = params.get("webhook");
                if (path) {
                    sessionStorage.setItem("call_center_webhook", path);
                }
                const call = {callId: "keys", user: ["101"]};
                await post({
                    event: "newCall",
                    direction: "in",
                    from: "030 5551234",
                    to: "+4989100",
                    ...call,
                });
                await post({...call, event: "answer"});
                await post({...call, event: "hangup", cause: "normalClearing"});
            },
        },
        {
            content: "the screen reader is told what to do",
            trigger: "body:has([aria-live=assertive]:contains(Write down how it went))",
        },
        {
            trigger: ".o_wrap_up_outcome:has(option:contains(Solved)):enabled",
            run: "press alt+shift+w",
        },
        {
            content: "the hotkey leads to the outcome",
            trigger: ".o_wrap_up_outcome:focus",
            run: "selectByLabel Solved",
        },
        {
            trigger: ".o_wrap_up textarea",
            run: "edit Nothing but keys",
        },
        {
            content: "and two keys save it",
            trigger: ".o_wrap_up textarea:focus",
            run: "press ctrl+enter",
        },
        {
            trigger: "body:not(:has(.o_call_panel))",
        },
    ],
});
