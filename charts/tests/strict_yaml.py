"""YAML that refuses a key given twice; PyYAML would keep the last and say nothing."""

import yaml

MERGE = "tag:yaml.org,2002:merge"


class StrictLoader(yaml.SafeLoader):
    """SafeLoader that refuses duplicate keys."""

    def flatten_mapping(self, node):
        # Called before a mapping is built, and again whenever it is merged into another. The first
        # call writes the merged keys into the node, so only that call sees what the file says.
        if not getattr(node, "keys_checked", False):
            node.keys_checked = True
            names = [key.value for key, _ in node.value if key.tag != MERGE]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping", node.start_mark, f"given twice: {', '.join(twice)}"
                )
        super().flatten_mapping(node)


def load(text):
    """The one document of `text`."""
    return yaml.load(text, StrictLoader)


def load_all(text):
    """Every document of `text` that holds something."""
    return [document for document in yaml.load_all(text, StrictLoader) if document]
