/*
 * The line's IPv4 gateway: is it there? A hardware address that the kernel remembers proves nothing: it is kept for
 * half a minute and more after its owner died. So it takes a word from the gateway itself.
 */
#ifndef PROBE_GATEWAY_H
#define PROBE_GATEWAY_H

#include <stdbool.h>
#include <netinet/in.h>

struct event_base;
struct gateway_ask;

/* The default route's gateway, as text; false where there is none. */
bool gateway_find(char ip[INET_ADDRSTRLEN]);
/*
 * What the kernel knows of this neighbour: 1 it heard from it within the last `age` seconds, 0 nobody there answered when
 * it asked for a hardware address, -1 it did not ask lately, or cannot know. Sends nothing.
 */
int gateway_heard(const char *ip, double age);

/*
 * Connects to a few TCP ports of the gateway; taken or refused, both are answers. No byte is sent on a connection, and
 * nothing goes farther than the gateway. `done` comes from the loop, at the latest after timeout_ms.
 */
struct gateway_ask *gateway_ask(struct event_base *base, const char *ip, int timeout_ms,
    void (*done)(bool answers, void *arg), void *arg);
/* Ends it without `done`, or cleans up after it. NULL is fine. */
void gateway_ask_free(struct gateway_ask *ask);

#endif
