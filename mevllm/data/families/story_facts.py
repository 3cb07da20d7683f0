"""What the logic stories are about: sensors, and the outputs that depend on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sensor:
    """A one-bit input: its names, and what 1 and 0 mean (exchanged for an active-low one)."""

    names: tuple[str, ...]
    true: str
    false: str


@dataclass(frozen=True)
class Action:
    """An output: what it does, and the sensors that may play a part, by index.

    A negative number -1 - i stands for sensor i being 0.
    """

    names: tuple[str, ...]
    thing: str
    """What is on while the output is 1, with its article: `the siren`."""
    triggers: tuple[int, ...]
    guards: tuple[int, ...]
    force: tuple[int, ...] = ()


@dataclass(frozen=True)
class Story:
    """A place where a few conditions decide."""

    name: str
    intro: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    actions: tuple[Action, ...]


def _sensor(names: str, true: str, false: str) -> Sensor:
    return Sensor(tuple(names.split()), true, false)


HOME = (
    Story(
        "greenhouse",
        ("A greenhouse is looked after by a few gates.", "The controller of a greenhouse:"),
        (
            _sensor("hot too_hot temp_hi", "it is too hot", "it is not too hot"),
            _sensor("humid moist rh_hi", "the air is too humid", "the air is not too humid"),
            _sensor("rain raining", "it is raining", "it is not raining"),
            _sensor("wind storm windy", "the wind is strong", "the wind is weak"),
            _sensor("day light sun", "it is day", "it is night"),
            _sensor("manual man override", "the manual switch is on", "the manual switch is off"),
        ),
        (
            Action(("vent", "roof", "open_vent"), "the roof vent", (0, 1), (-3, -4), (5,)),
            Action(("fan", "blower"), "the fan", (0, 1), (4, -4), (5,)),
            Action(("mist", "sprayer"), "the sprayer", (0, -2), (4, -3)),
            Action(("lamp", "grow_light"), "the grow lamp", (2, -5), (-1,), (5,)),
        ),
    ),
    Story(
        "hallway",
        ("The lights and the lock of a hallway are controlled by logic.",),
        (
            _sensor("motion pir moving", "someone moves", "nobody moves"),
            _sensor("door door_open", "the door is open", "the door is closed"),
            _sensor("dark dusk", "it is dark", "it is bright"),
            _sensor("away armed nobody", "the alarm is armed", "the alarm is disarmed"),
            _sensor(
                "panic help sos", "the panic button is pressed", "the panic button is released"
            ),
        ),
        (
            Action(("light", "lamp"), "the light", (0, 1), (2, -4), (4,)),
            Action(("siren", "alarm", "horn"), "the siren", (0, 1), (3,), (4,)),
            Action(("lock", "bolt"), "the bolt", (3, 2), (-2, -1)),
            Action(("chime", "bell"), "the chime", (1, 0), (-4,)),
        ),
    ),
    Story(
        "aquarium",
        ("An aquarium has three devices that simple logic switches.", "A fish tank is automated."),
        (
            _sensor(
                "low level_low lack", "the water level is low", "the water level is high enough"
            ),
            _sensor("cold chilly", "the water is too cold", "the water is warm enough"),
            _sensor("feed feeding", "the fish are being fed", "the fish are not being fed"),
            _sensor("lid lid_open lid_up", "the lid is open", "the lid is closed"),
            _sensor("leak wet floor_wet", "the floor is wet", "the floor is dry"),
        ),
        (
            Action(("valve", "fill", "refill"), "the filling valve", (0,), (-5, -4)),
            Action(("heater", "heat"), "the heater", (1,), (-1, -4)),
            Action(("pump", "filter"), "the filter pump", (-1, -2), (-3, -5)),
            Action(("warn", "beep", "alert"), "the warning tone", (0, 1, 3), (-3,), (4,)),
        ),
    ),
    Story(
        "garden",
        ("A garden is watered automatically.", "The sprinklers of a garden obey some rules."),
        (
            _sensor("dry soil_dry thirsty", "the soil is dry", "the soil is moist"),
            _sensor("rain raining", "it is raining", "it is not raining"),
            _sensor("night dark", "it is night", "it is day"),
            _sensor("timer slot due", "the timer is on", "the timer is off"),
            _sensor("people guests visit", "people are on the lawn", "nobody is on the lawn"),
            _sensor("tank tank_ok water", "the tank holds water", "the tank is empty"),
        ),
        (
            Action(("sprinkle", "water_on", "spray"), "the sprinkler", (0, 3), (5, -2, -5)),
            Action(("pump", "motor"), "the pump", (0, 3, 2), (5,)),
            Action(("refill", "supply"), "the refill valve", (-6, 1), (-4,)),
            Action(("lights", "lamp"), "the path light", (2, 4), (-4, -2)),
        ),
    ),
    Story(
        "kitchen",
        ("A kitchen hood and its surroundings are controlled by a circuit without memory.",),
        (
            _sensor("steam vapor", "there is steam", "there is no steam"),
            _sensor("smoke fume", "there is smoke", "there is no smoke"),
            _sensor("stove hob cooking", "the stove is on", "the stove is off"),
            _sensor("window win_open", "the window is open", "the window is closed"),
            _sensor("child kid_lock safe", "the child lock is set", "the child lock is not set"),
        ),
        (
            Action(("hood", "fan"), "the hood fan", (0, 1), (2, -4), (1,)),
            Action(("buzz", "alarm"), "the buzzer", (1, 0), (-4, 2)),
            Action(("cut", "power_off", "trip"), "the stove's cut-off", (1, 4), (2,)),
            Action(("ready", "ok_led"), "the green lamp", (-3, -1), (-2, -5)),
        ),
    ),
)

MACHINES = (
    Story(
        "conveyor",
        ("A conveyor belt moves boxes past a scale.", "Consider the control of a conveyor."),
        (
            _sensor("box part present", "a box is on the belt", "the belt is empty"),
            _sensor("heavy overload", "the box is too heavy", "the weight is acceptable"),
            _sensor("gate_up barrier_open", "the gate is open", "the gate is closed"),
            _sensor("jam blocked", "the belt is jammed", "the belt is free"),
            _sensor("run start go", "the operator wants to run", "the operator wants to stop"),
        ),
        (
            Action(("motor", "belt", "drive"), "the belt motor", (0, 4), (2, -4)),
            Action(("reject", "pusher", "kick"), "the pusher", (1,), (0, -4)),
            Action(("lamp", "red", "fault"), "the red lamp", (1, 3), (4,), (3,)),
            Action(("idle", "standby"), "the standby lamp", (-1, -5), (-4,)),
        ),
    ),
    Story(
        "parking",
        ("The exit of a car park has a barrier.", "A car park is managed by gates and sensors."),
        (
            _sensor(
                "car vehicle at_gate", "a car waits at the barrier", "no car waits at the barrier"
            ),
            _sensor("paid ticket_ok", "the ticket is paid", "the ticket is not paid"),
            _sensor("resident member pass", "the driver has a permit", "the driver has no permit"),
            _sensor("full no_space", "the car park is full", "there is space left"),
            _sensor("fire emergency evac", "there is a fire", "there is no fire"),
        ),
        (
            Action(("raise", "lift", "open"), "the barrier lift", (1, 2), (0,), (4,)),
            Action(("stop", "red"), "the red light", (3, -2, 4), (-3,)),
            Action(("pay", "please_pay"), "the sign 'please pay'", (-2,), (0, -3, -5)),
            Action(("welcome", "green"), "the green light", (0, 2), (-4, -5)),
        ),
    ),
    Story(
        "vending",
        ("A vending machine shows its state with lamps and a lock.",),
        (
            _sensor("coin coins money", "enough money was inserted", "the money is not enough"),
            _sensor(
                "stock cans item", "the chosen item is in stock", "the chosen item is sold out"
            ),
            _sensor("service door svc", "the service door is open", "the service door is closed"),
            _sensor("pick button choose", "a selection is pressed", "no selection is pressed"),
            _sensor("cold cooled", "the drinks are cold", "the drinks are warm"),
        ),
        (
            Action(("vend", "drop", "release_can"), "the delivery motor", (3,), (0, 1, -3)),
            Action(("sold_out", "empty_led"), "the lamp 'sold out'", (-2,), (-3, 3)),
            Action(("refund", "give_back"), "the coin return", (-2, 2), (0,)),
            Action(("cooler", "chill"), "the cooler", (-5, 1), (-3,)),
        ),
    ),
    Story(
        "crane",
        ("A small crane is allowed to move only under certain conditions.",),
        (
            _sensor("up want_up", "the up lever is pulled", "the up lever is released"),
            _sensor("down want_down", "the down lever is pulled", "the down lever is released"),
            _sensor("top at_top", "the hook is at the top", "the hook is below the top"),
            _sensor("floor at_floor", "the hook is at the floor", "the hook is above the floor"),
            _sensor("wind gusts", "the wind is too strong", "the wind is acceptable"),
            _sensor("heavy overload", "the load is too heavy", "the load is acceptable"),
        ),
        (
            Action(("hoist", "raise"), "the hoist motor", (0,), (-2, -3, -6)),
            Action(("lower", "sink"), "the lowering motor", (1,), (-1, -4, -5)),
            Action(("brake", "hold"), "the brake", (-1, -2), (-5,), (5,)),
            Action(("beacon", "warn"), "the beacon", (0, 1, 4), (-6,), (4,)),
        ),
    ),
    Story(
        "boiler",
        ("A boiler house is supervised by combinational logic.", "Think of a boiler."),
        (
            _sensor("cold below low_temp", "the water is too cold", "the water is hot enough"),
            _sensor("pressure p_high", "the pressure is too high", "the pressure is normal"),
            _sensor("flame burning lit", "the flame burns", "there is no flame"),
            _sensor("gas fuel", "gas is available", "there is no gas"),
            _sensor("demand call", "a room calls for heat", "no room calls for heat"),
        ),
        (
            Action(("burner", "ignite"), "the igniter", (0, 4), (3, -2, -3)),
            Action(("pump", "circulate"), "the circulation pump", (4, 2), (-1,), (1,)),
            Action(("relief", "blow_off"), "the relief valve", (1,), (-5, 2)),
            Action(("alarm", "fault"), "the alarm", (1, -4), (4,), (1,)),
        ),
    ),
)

SAFETY = (
    Story(
        "laser",
        ("The laser of a laboratory is protected by an interlock.",),
        (
            _sensor("key keyed", "the key is turned", "the key is removed"),
            _sensor("shut door_shut closed", "the door is closed", "the door is open"),
            _sensor("shield cover_on", "the cover is in place", "the cover is missing"),
            _sensor("warm overheat", "the laser is too hot", "the laser is cool"),
            _sensor("bypass maint", "maintenance mode is on", "maintenance mode is off"),
        ),
        (
            Action(("beam", "fire", "emit"), "the beam", (0, 4), (1, 2, -4)),
            Action(("sign", "danger"), "the warning sign", (0, 4), (-2,), (3,)),
            Action(("fan", "cooling"), "the cooling fan", (3, 0), (-5,), (3,)),
        ),
    ),
    Story(
        "press",
        ("A metal press may close only while nobody can be hurt.", "A press has an interlock."),
        (
            _sensor("left hand_l", "the left button is held", "the left button is released"),
            _sensor("right hand_r", "the right button is held", "the right button is released"),
            _sensor(
                "curtain beam_cut", "the light curtain is broken", "the light curtain is clear"
            ),
            _sensor("oil oil_ok", "the oil pressure is fine", "the oil pressure is low"),
            _sensor("estop stop_btn", "the emergency stop is pressed", "the emergency stop is out"),
        ),
        (
            Action(("stroke", "close", "press"), "the stroke", (0, 1), (3, -3, -5)),
            Action(("back_off", "retract"), "the retraction", (2, 4), (3,), (4,)),
            Action(("lamp", "ready"), "the ready lamp", (-1, -2), (3, -5)),
        ),
    ),
    Story(
        "drone",
        ("Before a drone takes off, its logic checks a few facts.",),
        (
            _sensor("charged bat_ok", "the battery is charged", "the battery is weak"),
            _sensor("gps fix", "the position is known", "the position is unknown"),
            _sensor("wind windy", "the wind is strong", "the wind is weak"),
            _sensor("armed arm", "the drone is armed", "the drone is not armed"),
            _sensor(
                "home return_cmd", "the pilot calls it home", "the pilot does not call it home"
            ),
        ),
        (
            Action(("props", "motors"), "the rotor drive", (3, 4), (0, 1, -3)),
            Action(("led", "blink"), "the warning light", (2, -1, -2), (3,)),
            Action(("land", "descend"), "the landing command", (4, -1), (3,), (2,)),
        ),
    ),
)
