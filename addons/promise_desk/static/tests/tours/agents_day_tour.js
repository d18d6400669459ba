import {registry} from "@web/core/registry";

/** Plays a provider: posts an event to the line's webhook. */
async function post(event) {
    const path = sessionStorage.getItem("agents_day_webhook");
    const response = await fetch(path, {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify(event),
    });
    if (response.status !== 200) {
        throw new Error(`the webhook answered ${response.status}`);
    }
}

const CALL = {direction: "in", from: "030 5551234", to: "+4989100", user: ["101"]};

registry.category("web_tour.tours").add("promise_desk_agents_day", {
    steps: () => [
        {
            content: "nine o'clock: nothing rings yet",
            trigger: ".o_main_navbar",
            async run() {
                const path = new URLSearchParams(window.location.search).get("webhook");
                if (path) {
                    sessionStorage.setItem("agents_day_webhook", path);
                }
                await post({event: "newCall", callId: "day1", queue: "sales", ...CALL});
            },
        },
        {
            content: "ring: the panel says who it is",
            trigger:
                ".o_call_card[data-state=ringing]:contains(sales) .o_caller_match:contains(Anna Berger)",
        },
        {
            content: "what he was promised, as a sentence",
            trigger:
                ".o_call_card .o_caller_section[data-code=say]:contains(We keep 2 × Brake pad for you)",
            async run() {
                await post({event: "answer", callId: "day1", user: "101"});
            },
        },
        {
            content: "on the phone: he wants more",
            trigger:
                ".o_call_card[data-state=answered] .o_caller_action[data-action=promise]",
            run: "click",
        },
        {
            trigger: ".o_caller_promise input.o-autocomplete--input",
            run: "edit Clutch",
        },
        {
            trigger:
                ".o_caller_promise .o-autocomplete--dropdown-item:contains(Clutch)",
            run: "click",
        },
        {
            trigger: ".o_caller_promise_quantity",
            run: "edit 3 && press Tab",
        },
        {
            trigger: ".o_caller_promise_check:enabled",
            run: "click",
        },
        {
            content: "the date, before a lead is made",
            trigger: ".o_caller_promise_date.text-success",
        },
        {
            content: "promise it",
            trigger: ".o_caller_promise_hold:enabled",
            run: "click",
        },
        {
            trigger: ".o_caller_promise_done:contains(held)",
            async run() {
                await post({event: "hangup", callId: "day1", cause: "normalClearing"});
            },
        },
        {
            content: "wrap-up",
            trigger:
                ".o_call_card[data-state=ended] .o_wrap_up_outcome:has(option:contains(Order taken))",
            run: "selectByLabel Order taken",
        },
        {
            trigger: ".o_wrap_up_subject",
            run: "selectByLabel New order",
        },
        {
            trigger: ".o_wrap_up textarea",
            run: "edit Wants three clutches",
        },
        {
            trigger: ".o_wrap_up_save:enabled",
            run: "click",
        },
        {
            content: "free again; the next call is missed",
            trigger: "body:not(:has(.o_call_panel))",
            async run() {
                await post({event: "newCall", callId: "day2", ...CALL});
                await post({event: "hangup", callId: "day2", cause: "cancel"});
            },
        },
        {
            trigger: ".o_call_card[data-state=ended]:contains(Missed call)",
        },
        {
            content: "call back: on the list",
            trigger: ".o_call_card .o_caller_action[data-action=call_back]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view .o_field_widget[name=display_name]:contains(Anna Berger)",
        },
        {
            content: "he is called back and reached",
            trigger: ".o_call_card .o_call_dismiss",
            async run(helpers) {
                await helpers.click();
                const out = {direction: "out", from: "101", to: "+49305551234"};
                await post({event: "newCall", callId: "day3", user: ["101"], ...out});
                await post({event: "answer", callId: "day3", user: "101"});
            },
        },
        {
            trigger: ".o_call_card[data-state=answered]:contains(On the phone)",
            async run() {
                await post({event: "hangup", callId: "day3", cause: "normalClearing"});
            },
        },
        {
            trigger: ".o_wrap_up_nothing:enabled",
            run: "click",
        },
        {
            content: "the day is done",
            trigger: "body:not(:has(.o_call_panel))",
        },
    ],
});
