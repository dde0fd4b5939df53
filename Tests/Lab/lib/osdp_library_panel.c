/* libosdp's control panel on a line, for `Tests/Lab/osdp` to compare with ours: it polls readers and does
 * nothing else.
 *
 *   osdp_library_panel DEVICE ADDRESS...
 *
 * Writes "secured" once every reader has a secured channel, and ends when its standard input does. It looks
 * at the line when something has come, and every LOOK_MILLISECONDS, as libosdp's own examples do. */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <osdp.h>

enum { LOOK_MILLISECONDS = 10, READERS_MAX = 8, BAUD = 38400, KEY_BYTES = 16 };

static int line;
static uint8_t keys[READERS_MAX][KEY_BYTES];

static int receive(void *data, uint8_t *bytes, int count) {
  ssize_t got = read(line, bytes, (size_t)count);
  (void)data;
  return got < 0 ? 0 : (int)got;
}

static int transmit(void *data, uint8_t *bytes, int count) {
  (void)data;
  return (int)write(line, bytes, (size_t)count);
}

static void flush(void *data) {
  (void)data;
  tcflush(line, TCIOFLUSH);
}

int main(int count, char **words) {
  osdp_pd_info_t readers[READERS_MAX] = {0};
  int number = count - 2;
  if (number < 1 || number > READERS_MAX) {
    fprintf(stderr, "usage: %s DEVICE ADDRESS...\n", words[0]);
    return 64;
  }
  line = open(words[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
  struct termios mode;
  if (line < 0 || tcgetattr(line, &mode) != 0) {
    perror(words[1]);
    return 1;
  }
  cfmakeraw(&mode);
  cfsetspeed(&mode, B38400);
  tcsetattr(line, TCSANOW, &mode);
  for (int place = 0; place < number; place++) {
    readers[place].name = words[place + 2];
    readers[place].baud_rate = BAUD;
    readers[place].address = atoi(words[place + 2]);
    for (int byte = 0; byte < KEY_BYTES; byte++) keys[place][byte] = (uint8_t)(17 * place + byte);
    readers[place].scbk = keys[place]; /* Given to the reader, which has the key that everybody has. */
    readers[place].channel = (struct osdp_channel){
      .id = 1, .recv = receive, .send = transmit, .flush = flush};
  }
  osdp_logger_init("panel", 0, NULL);
  osdp_t *panel = osdp_cp_setup(number, readers);
  if (panel == NULL) {
    fprintf(stderr, "libosdp made no panel\n");
    return 1;
  }
  int told = 0;
  struct pollfd ends[] = {{.fd = line, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  for (;;) {
    poll(ends, 2, LOOK_MILLISECONDS);
    if (ends[1].revents != 0) return 0;
    osdp_cp_refresh(panel);
    uint8_t secured = 0;
    if (told) continue;
    osdp_get_sc_status_mask(panel, &secured);
    if (secured != (1 << number) - 1) continue;
    told = 1;
    puts("secured");
    fflush(stdout);
  }
}
