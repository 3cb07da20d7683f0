// Has the simulator quote the hidden testbench as a malformed memory file.
module adder (input [3:0] a, input [3:0] b, output [4:0] y);
  reg [7:0] memory [0:255];
  assign y = 0;
  initial begin
    $display("attack: begins");
    $readmemh("@TESTBENCH@", memory);
    $readmemb("@OUTSIDE@", memory);
  end
endmodule
