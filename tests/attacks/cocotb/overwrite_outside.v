// Overwrites a file outside the job's directory, in every way that writes.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  integer file;
  reg [7:0] memory [0:1];
  assign y = 0;
  initial begin
    file = $fopen("@OUTSIDE@", "w");
    $display("attack: opened %0d", file);
    if (file != 0) $fwrite(file, "overwritten");
    file = $fopen("@OUTSIDE@", "a+");
    if (file != 0) $fwrite(file, "appended");
    file = $fopen("@OUTSIDE@.new", "w");
    if (file != 0) $fwrite(file, "created");
    memory[0] = 1;
    memory[1] = 2;
    $writememh("@OUTSIDE@", memory);
    $dumpfile("@OUTSIDE@");
    $dumpvars;
  end
endmodule
