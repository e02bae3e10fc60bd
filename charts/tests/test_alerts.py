"""The alert rules: readable by Prometheus, about metrics the product has, and explained."""

import re

import pytest

import strict_yaml
from product import CHART, ROOT
from rendering import render

RULES = CHART / "files" / "alerts.yaml"
WORDS = {"max", "sum", "by", "rate", "increase"}


def rules():
    [group] = strict_yaml.load(RULES.read_text())["groups"]
    return group["rules"]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_is_about_metrics_and_labels_there_are(rule):
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description"}
    source = "".join(path.read_text() for path in (ROOT / "libs").rglob("src/**/*.rs"))
    labels = set()
    for by in re.findall(r"by \(([^)]*)\)", rule["expr"]):
        labels |= {label.strip() for label in by.split(",")}
    names = set(re.findall(r"[a-z_]{3,}", re.sub(r"by \([^)]*\)|\[[^]]*\]", "", rule["expr"])))
    metrics = names - WORDS
    assert metrics
    for metric in metrics:
        made = re.findall(rf'(?:counter|gauge)!\(\s*"{metric}"([^;]*?)\)', source)
        assert made, f"no part of the product makes {metric}"
        for label in labels:
            assert all(f'"{label}"' in arguments for arguments in made), f"{metric} has no {label}"
    told = " ".join(rule["annotations"].values())
    assert set(re.findall(r"\$labels\.([a-z]+)", told)) <= labels


def test_every_alert_is_explained_in_the_operations_manual():
    manual = (ROOT / "docs" / "operations.md").read_text()
    for rule in rules():
        assert f"`{rule['alert']}`" in manual, rule["alert"]


def test_the_chart_makes_the_rules_when_asked():
    assert not render().of("PrometheusRule")
    made = render({"alerts": {"enabled": True, "labels": {"release": "monitoring"}}})
    [rule] = made.of("PrometheusRule").values()
    assert rule["spec"]["groups"][0]["rules"] == rules()
    assert rule["metadata"]["labels"]["release"] == "monitoring"
