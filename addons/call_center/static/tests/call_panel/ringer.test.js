import {advanceTime, beforeEach, describe, expect, test} from "@odoo/hoot";
import {Ringer} from "@call_center/call_panel/ringer";
import {browser} from "@web/core/browser/browser";
import {allowTranslations, patchWithCleanup} from "@web/../tests/web_test_helpers";

describe.current.tags("headless");

const CALL = {
    id: 1,
    number: "+49301234567",
    queue: "sales",
    isKnown: true,
    who: "Anna",
};
let hasFocus = true;
let notes = [];
let permission = "default";

beforeEach(() => {
    allowTranslations();
    [hasFocus, notes, permission] = [true, [], "default"];
    patchWithCleanup(document, {hasFocus: () => hasFocus});
    class Note {
        static get permission() {
            return permission;
        }
        constructor(title, {body}) {
            this.text = `${title}: ${body}`;
            notes.push(this);
        }
        close() {
            notes.splice(notes.indexOf(this), 1);
        }
    }
    patchWithCleanup(browser, {Notification: Note});
    patchWithCleanup(Ringer.prototype, {
        sound() {
            expect.step("sound");
        },
    });
});

/** A tab that may make a sound, or not. */
function makeRinger(isHolder = true, identify = () => {}) {
    const ringer = new Ringer({}, identify);
    ringer.setHolder(isHolder);
    return ringer;
}

test("a call rings after a moment, and again until it is over", async () => {
    const ringer = makeRinger();
    ringer.update([CALL]);
    await advanceTime(100);
    expect.verifySteps([]);
    await advanceTime(100);
    expect.verifySteps(["sound"]);
    await advanceTime(3000);
    expect.verifySteps(["sound"]);
    ringer.update([]);
    await advanceTime(10000);
    expect.verifySteps([]);
});

test("a call that is over by then makes no sound", async () => {
    const ringer = makeRinger();
    ringer.update([CALL]);
    await advanceTime(100);
    ringer.update([]);
    await advanceTime(10000);
    expect.verifySteps([]);
});

test("only the tab that holds the lock makes a sound", async () => {
    const ringer = makeRinger(false);
    ringer.update([CALL]);
    await advanceTime(10000);
    expect.verifySteps([]);
    // the other tab was closed
    ringer.setHolder(true);
    await advanceTime(200);
    expect.verifySteps(["sound"]);
    ringer.setHolder(false);
    await advanceTime(10000);
    expect.verifySteps([]);
});

test("no telephone rings for ever, though its end was lost", async () => {
    const ringer = makeRinger();
    ringer.update([CALL]);
    for (let seconds = 0; seconds < 100; seconds++) {
        await advanceTime(1000);
    }
    // 90 seconds, a sound each three
    expect.verifySteps(Array(30).fill("sound"));
    // another call still does
    ringer.update([CALL, {...CALL, id: 2}]);
    await advanceTime(200);
    expect.verifySteps(["sound"]);
});

test("a user who wants silence has it, also when the browser is opened again", async () => {
    const ringer = makeRinger();
    ringer.update([CALL]);
    ringer.toggle();
    await advanceTime(10000);
    const again = makeRinger();
    expect(again.silent).toBe(true);
    again.update([CALL]);
    await advanceTime(10000);
    expect.verifySteps([]);
    again.toggle();
    await advanceTime(200);
    expect.verifySteps(["sound"]);
});

test("the desktop is told while nobody looks at Odoo, until the call is over", async () => {
    [permission, hasFocus] = ["granted", false];
    const ringer = makeRinger();
    ringer.update([CALL]);
    await advanceTime(1000);
    expect(notes.map(({text}) => text)).toEqual([
        "Anna is calling: +49301234567 · sales",
    ]);
    ringer.update([CALL]);
    await advanceTime(1000);
    expect(notes).toHaveLength(1);
    ringer.update([]);
    expect(notes).toEqual([]);
    expect.verifySteps(["sound"]);
});

test("the desktop is not told while somebody looks, or without permission", async () => {
    for (const [given, looked] of [
        ["granted", true],
        ["denied", false],
        ["default", false],
    ]) {
        [permission, hasFocus] = [given, looked];
        const ringer = makeRinger();
        ringer.update([CALL]);
        await advanceTime(500);
        expect(notes).toEqual([]);
        ringer.update([]);
    }
    expect.verifySteps(["sound", "sound", "sound"]);
});

test("the desktop is not told of a call that another tab shows", async () => {
    [permission, hasFocus] = ["granted", false];
    const ringer = makeRinger();
    ringer.channel = {
        postMessage() {
            ringer.seenAt = Date.now();
        },
    };
    ringer.update([CALL]);
    await advanceTime(1000);
    expect(notes).toEqual([]);
    ringer.update([]);
    expect.verifySteps(["sound"]);
});

test("who it is is looked up before the desktop is told", async () => {
    [permission, hasFocus] = ["granted", false];
    const ringer = makeRinger(true, (id) => expect.step(`identify ${id}`));
    ringer.update([{...CALL, isKnown: false}]);
    expect.verifySteps(["identify 1"]);
    expect(notes).toEqual([]);
    ringer.update([]);
});

/** What a tab has said to the others, and what they say to it. */
function makeTab(canSound) {
    const said = [];
    patchWithCleanup(browser, {
        BroadcastChannel: class {
            postMessage(message) {
                said.push(message);
            }
        },
    });
    const turns = [];
    patchWithCleanup(browser.navigator, {
        userActivation: {hasBeenActive: canSound},
        locks: {
            request(_name, work) {
                turns.push(work);
            },
        },
    });
    const ringer = new Ringer({}, () => {});
    ringer.start();
    return {ringer, said, turns, hear: (data) => ringer.channel.onmessage({data})};
}

test("a tab that may make no sound hands the lock on to one that may", async () => {
    const {ringer, said, turns, hear} = makeTab(false);
    const turn = turns.shift()();
    expect(ringer.isHolder).toBe(true);
    expect(said).toEqual(["who?"]);
    hear("me");
    await turn;
    expect(ringer.isHolder).toBe(false);
    // and waits for the next turn
    expect(turns).toHaveLength(1);
});

test("a tab that may make a sound keeps the lock, and says so when it is asked", () => {
    const {ringer, said, turns, hear} = makeTab(true);
    hear("who?");
    expect(said).toEqual(["me"]);
    turns.shift()();
    hear("me");
    expect(ringer.isHolder).toBe(true);
    expect(said).toEqual(["me"]);
});

test("a tab that is looked at says so", () => {
    const {said, hear} = makeTab(true);
    hear("seen?");
    hasFocus = false;
    hear("seen?");
    expect(said).toEqual(["seen"]);
});
