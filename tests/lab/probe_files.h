/* The files that a probe in the lab is given: its configuration, its controls, its resolvers. */
#ifndef LAB_PROBE_FILES_H
#define LAB_PROBE_FILES_H

struct line;
struct scenario;

/* Where the control vantage listens, in the world. */
#define LAB_VANTAGE "198.51.100.20:8080"

/*
 * Writes netvane.conf and what it names into dir; state is the probe's state directory below it.
 * line is the one in force, which says what the probe's resolver is. Logs and returns -1.
 */
int probe_files_write(
    const char *dir, const char *certs, const struct scenario *scenario, const struct line *line);
/* control.conf, for the vantage. */
int probe_files_write_control(const char *dir, const char *certs);
/* The machine's own store with one more root in it, as a file to mount over it; "over" gets that
 * store's place. */
int
probe_files_write_store(const char *path, const char *certs, const char *root, const char **over);

#endif
