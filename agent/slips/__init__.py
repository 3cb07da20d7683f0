"""The commonest slips of generated Verilog, and their corrections."""
