module majority_vote (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire [7:0] c,
    output wire [7:0] vote,
    output wire       fault_a,
    output wire       fault_b,
    output wire       fault_c
);

  assign vote    = (a & b) | (a & c) | (b & c);
  assign fault_a = (a != vote);
  assign fault_b = (b != vote);
  assign fault_c = (c != vote);

endmodule
