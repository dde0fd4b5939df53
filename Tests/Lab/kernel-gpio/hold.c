// Holds a line, like another program: hold CHIP LINE
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  int chip = open(argv[1], O_RDWR);
  struct gpio_v2_line_request request = {0};
  request.offsets[0] = (unsigned)atoi(argv[2]);
  request.num_lines = 1;
  strcpy(request.consumer, "somebody-else");
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT;
  if (chip < 0 || ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0) {
    perror("hold");
    return 1;
  }
  pause();
  return 0;
}
