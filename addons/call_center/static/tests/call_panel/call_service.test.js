import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {CallStore} from "@call_center/call_panel/call_service";
import {browser} from "@web/core/browser/browser";
import {allowTranslations, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {user} from "@web/core/user";

describe.current.tags("headless");

let answers = {};
let asked = [];

beforeEach(() => {
    allowTranslations();
    answers = {my_calls: [], lookup: {kind: "external", matches: []}};
    asked = [];
    patchWithCleanup(browser, {BroadcastChannel: undefined});
});

/** A store that nothing has been told yet. */
function makeStore() {
    const orm = {
        silent: {
            async call(_model, method, args) {
                asked.push([method, ...args]);
                return answers[method];
            },
        },
    };
    return new CallStore({}, {bus_service: {}, multi_tab: {}, orm});
}

/** A call as the bus tells of it. */
function makeCall(values = {}) {
    return {
        id: 1,
        state: "ringing",
        direction: "in",
        number: "+49301234567",
        user_id: false,
        answered: false,
        started_at: "2026-05-04 10:00:00",
        shown: true,
        turn: 0,
        wrap_up: false,
        ...values,
    };
}

const answered = (values) =>
    makeCall({state: "answered", answered: true, user_id: user.userId, ...values});
const ended = (values) => makeCall({state: "ended", ...values});
const states = (store) => store.calls.map(({id, state}) => `${id} ${state}`);

test("the latest call is on top, in whatever order they are told", () => {
    const store = makeStore();
    store.receive(makeCall({id: 2, started_at: "2026-05-04 10:02:00"}));
    store.receive(makeCall({id: 3, started_at: "2026-05-04 10:03:00"}));
    store.receive(makeCall({id: 1, started_at: "2026-05-04 10:01:00"}));
    expect(states(store)).toEqual(["3 ringing", "2 ringing", "1 ringing"]);
});

test("a message that is late takes no call back", () => {
    const store = makeStore();
    store.receive(makeCall());
    store.receive(answered());
    store.receive(makeCall());
    expect(states(store)).toEqual(["1 answered"]);
    store.receive(ended());
    store.receive(answered());
    expect(states(store)).toEqual(["1 ended"]);
});

test("a call that comes to the user again rings again", () => {
    const store = makeStore();
    store.receive(answered());
    store.receive(ended());
    store.receive(makeCall({turn: 1}));
    expect(states(store)).toEqual(["1 ringing"]);
});

test("a call that somebody else took goes, and stays away", () => {
    const store = makeStore();
    store.receive(makeCall());
    store.receive(makeCall({state: "answered", shown: false}));
    expect(store.calls).toHaveLength(0);
    store.receive(makeCall());
    expect(store.calls).toHaveLength(0);
    // they hand it over
    store.receive(makeCall({turn: 1}));
    expect(states(store)).toEqual(["1 ringing"]);
});

test("what was typed stays when the call goes", async () => {
    const store = makeStore();
    store.receive(makeCall({id: 1}));
    store.receive(makeCall({id: 2}));
    store.find(1).typed = true;
    store.receive(makeCall({id: 1, state: "answered", shown: false}));
    expect(states(store).sort()).toEqual(["1 ended", "2 ringing"]);
    await store.reload();
    expect(states(store)).toEqual(["1 ended"]);
});

test("calls that ended before anybody saw them are shown only when asked for", () => {
    const store = makeStore();
    store.receive(ended({id: 1}));
    expect(store.calls).toHaveLength(0);
    store.receive(ended({id: 1}), true);
    expect(states(store)).toEqual(["1 ended"]);
});

test("after a reload there is what the server tells, and nothing else", async () => {
    const store = makeStore();
    store.receive(makeCall({id: 1}));
    store.receive(makeCall({id: 2}));
    answers.my_calls = [answered({id: 2}), ended({id: 3, wrap_up: true})];
    await store.reload();
    expect(states(store).sort()).toEqual(["2 answered", "3 ended"]);
});

test("a reload without an answer changes nothing", async () => {
    const store = makeStore();
    store.receive(makeCall());
    store.orm.silent.call = () => Promise.reject(new Error("offline"));
    await store.reload();
    expect(states(store)).toEqual(["1 ringing"]);
});

test("a call that was removed stays so, until the user takes it", () => {
    const store = makeStore();
    store.receive(makeCall());
    store.dismiss(1);
    store.receive(makeCall());
    store.receive(makeCall({state: "answered", answered: true, user_id: 99}));
    expect(store.calls).toHaveLength(0);
    store.receive(answered());
    expect(states(store)).toEqual(["1 answered"]);
});

test("a call that was removed comes back when it comes to the user again", () => {
    const store = makeStore();
    store.receive(makeCall());
    store.dismiss(1);
    store.receive(makeCall({turn: 1}));
    expect(states(store)).toEqual(["1 ringing"]);
});

test("what was removed stays so when the browser is opened again", () => {
    const store = makeStore();
    store.receive(makeCall());
    store.dismiss(1);
    const again = makeStore();
    again.receive(makeCall());
    expect(again.calls).toHaveLength(0);
});

test("a storage that holds nonsense loses no call", () => {
    browser.localStorage.setItem("call_center.dismissed", "{nonsense");
    const store = makeStore();
    store.receive(makeCall());
    expect(states(store)).toEqual(["1 ringing"]);
});

test("a card whose notes were written elsewhere goes, unless something is typed", () => {
    const store = makeStore();
    for (const id of [1, 2]) {
        store.receive(answered({id}));
        store.receive(ended({id, wrap_up: true}));
    }
    store.find(2).typed = true;
    store.receive(ended({id: 1, wrap_up: false}));
    store.receive(ended({id: 2, wrap_up: false}));
    expect(states(store)).toEqual(["2 ended"]);
});

test("whom one talks to is unfolded, then who rings, then what is to be written", () => {
    const store = makeStore();
    store.receive(ended({id: 1, wrap_up: true}), true);
    expect(store.current.id).toBe(1);
    store.receive(makeCall({id: 2}));
    expect(store.current.id).toBe(2);
    store.receive(answered({id: 3}));
    expect(store.current.id).toBe(3);
    store.chosen = 1;
    expect(store.current.id).toBe(1);
});

test("who it is is looked up once for each number", async () => {
    const store = makeStore();
    answers.lookup.matches = [{name: "Anna", commercial_partner_id: 5}];
    store.receive(makeCall());
    await store.identify(1);
    await store.identify(1);
    expect(asked).toEqual([["lookup", "+49301234567"]]);
    expect(store.find(1).who).toBe("Anna");
    await store.identify(1, true);
    expect(asked).toHaveLength(2);
});

test("people of one company are the company, of several nobody is chosen", async () => {
    const store = makeStore();
    const match = (name, commercial_partner_id) => ({name, commercial_partner_id});
    answers.lookup.matches = [match("Firm", 5), match("Otto", 5)];
    store.receive(makeCall());
    await store.identify(1);
    expect(store.find(1).who).toBe("Firm");
    answers.lookup.matches = [match("Anna", 5), match("Otto", 6)];
    await store.identify(1, true);
    expect(store.find(1).who).toBe("2 possible callers");
});

test("a withheld number is not looked up", async () => {
    const store = makeStore();
    store.receive(makeCall({number: ""}));
    await store.identify(1);
    expect(asked).toEqual([]);
    expect(store.find(1).result.kind).toBe("anonymous");
});

test("only incoming calls that ring make a sound", () => {
    const store = makeStore();
    store.receive(makeCall({id: 1}));
    store.receive(makeCall({id: 2, direction: "out"}));
    store.receive(answered({id: 3}));
    expect(store.ringer.calls.map(({id}) => id)).toEqual([1]);
    store.receive(ended({id: 1}));
    expect(store.ringer.calls).toEqual([]);
});
