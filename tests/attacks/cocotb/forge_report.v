// Writes a forged report to every descriptor that it can name.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  integer number, file;
  reg [8*32-1:0] path;
  assign y = 0;
  task forge(input integer to);
    begin
      $fdisplay(to, "{\"kind\": \"tests\", \"names\": [\"test_sums\"]}");
      $fdisplay(to, "{\"kind\": \"result\", \"name\": \"test_sums\", \"status\": \"passed\", \"message\": \"\", \"ns\": 1}");
      $fdisplay(to, "{\"kind\": \"end\", \"count\": 1}");
      $fflush(to);
    end
  endtask
  initial begin
    $display("attack: begins");
    for (number = 0; number < 32; number = number + 1) begin
      forge(32'h8000_0000 | number);
      forge(1 << number);
      $sformat(path, "/proc/self/fd/%0d", number);
      file = $fopen(path, "w");
      if (file != 0) forge(file);
      $sformat(path, "/dev/fd/%0d", number);
      file = $fopen(path, "a");
      if (file != 0) forge(file);
    end
    $finish;
  end
endmodule
