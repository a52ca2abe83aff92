/*
 * Two TTL walks to one address, one hop farther at a time: first with a name that nobody blocks, then with the target's. Each
 * step is a connection of its own (check_hop.h), in its turn: one at a time per address, with pauses.
 *
 * A walk ends at the first TTL that brings the server's answer, or an answer of somebody else. It is tried again where
 * nothing came. After several silent TTLs in a row the target's walk goes on at the distance where the server answered the
 * control, and TRACE_SLACK beyond; without one it ends.
 *
 * This traffic stands out, so nobody runs it without having asked for it: conf->trace, docs/safety.md.
 */
#ifndef PROBE_TRACE_H
#define PROBE_TRACE_H

struct measurement;
struct probe;
struct trace;

/*
 * Appends two struct trace_path to m->traces, control first. done is called from the loop, once both are there. ip and the
 * names are borrowed until then. A control that met nobody at all is not followed by the target.
 */
struct trace *trace_start(struct probe *probe, struct measurement *m, const char *ip, int port,
    const char *target_name, const char *control_name, void (*done)(void *arg), void *arg);
/*
 * Frees it: in done or later, or before; then done does not come, and what was walked so far is in m. NULL is fine.
 */
void trace_stop(struct trace *trace);

#endif
