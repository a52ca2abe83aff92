/* The subcommands: each has a file of its own and a row in main.c's table. */
#ifndef PROBE_CMD_H
#define PROBE_CMD_H

/* argv[0] is the subcommand's name. Return the program's exit code. */
int cmd_baseline(int argc, char **argv);
int cmd_calendars(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_results(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_control(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_targets(int argc, char **argv);

#endif
