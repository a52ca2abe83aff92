/* Where things live on disk: the state and results directories. */
#ifndef PROBE_PATHS_H
#define PROBE_PATHS_H

struct conf;

/* The state directory in force (to free). */
char *paths_state(const struct conf *conf);
/* The results directory in force (to free). */
char *paths_results(const struct conf *conf);
/* The user's configuration file (to free); NULL where there is no home. */
char *paths_user_conf(void);

#endif
