// What the shop was told, and what it may not know.
import { button, element, fill, foreign, load, page, say, section } from "./dom.js";
import { TOLD, moment, plain } from "./words.js";
import { mayAct } from "./key.js";
import { get, part } from "./api.js";
import { askResend, askResendAll } from "./acts.js";
import { lastTry } from "./story.js";

/** Notifications as a list; `none` is said where there are none. */
export function notificationList(notifications, changed, none, withOrder = false) {
  if (!notifications.length) return element("p", { class: "quiet" }, none);
  const one = (notification) => element(
    "li",
    null,
    element(
      "p",
      { class: "beside" },
      element("strong", null, plain(notification.type.replace("order.", ""))),
      element("span", { class: `badge ${notification.state}` }, TOLD[notification.state] ?? plain(notification.state)),
      withOrder && element("a", { href: `#/orders/${part(notification.order_id)}` }, "Order ", foreign(notification.order_id)),
    ),
    element("p", null, lastTry(notification), notification.next_try_at && [", next ", moment(notification.next_try_at)]),
    mayAct() && element("div", { class: "deeds" }, button("Tell again…", () => askResend(notification, changed), { kind: "small", about: `(number ${notification.sequence} of order ${notification.order_id})` })),
  );
  return element("ul", { class: "cards" }, notifications.map(one));
}

/** The page of what the shop may not know. */
export function notificationsPage() {
  const place = element("div");
  const found = [];
  const read = async (cursor) => {
    const answer = await get("v1/notifications", { cursor });
    if (!cursor) found.length = 0;
    found.push(...answer.data);
    const { length } = found;
    const more = () => load(place, () => read(answer.next_cursor), () => place.querySelectorAll(".cards > li")[length]);
    return element(
      "div",
      null,
      found.length === 0 && element("p", { class: "notice fine" }, "The shop knows everything: no notification waits for another try or was given up."),
      found.length > 0 && notificationList(found, changed, "", true),
      answer.next_cursor && button("More", more),
      found.length > 0 && mayAct() && element("div", { class: "deeds" }, button("Tell all of it again…", () => askResendAll(new Date(0).toISOString(), changed))),
    );
  };
  const changed = (words) => {
    say(words);
    if (place.isConnected) load(place, () => read(null));
  };
  fill(place);
  load(place, () => read(null));
  return page("Notifications", section("What the shop may not know: tried, and not taken", place));
}
