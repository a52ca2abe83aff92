/*
 * The status page's server: GET / (the page), /metrics (Prometheus), /status.json and /healthz, on a loopback address and
 * nowhere else. It believes nobody: whoever is at this machine, and every page in its browser, can send it requests.
 */
#ifndef PROBE_STATUS_SERVER_H
#define PROBE_STATUS_SERVER_H

struct event_base;
struct sockaddr_storage;
struct status;
struct status_server;

struct status_server_plan {
	struct event_base *base;
	const char *listen; /* "127.0.0.1:8642" or "[::1]:8642"; port 0: any */
	/*
	 * Puts what is known now into a status that is empty but for the time, when somebody asks. Answers are kept for a
	 * second: for each of the three that are made of a status, this is not called more often, however many ask.
	 */
	void (*fill)(struct status *status, void *arg);
	void *arg;
	int deadline_ms; /* a connection's whole life; 0: the usual 10 s */
};

/*
 * Listens. Returns NULL after logging why it cannot; an address that is not the loopback's is one reason. SIGPIPE must be
 * ignored: clients go away.
 */
struct status_server *status_server_start(const struct status_server_plan *plan);
/* The address it listens at, with its port. */
void status_server_address(const struct status_server *server, struct sockaddr_storage *sa);
/* Ends all connections; NULL is fine. */
void status_server_free(struct status_server *server);

#endif
