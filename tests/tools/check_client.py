"""Imports every module of the Python client, and checks that each operation can be called.

usage: check_client.py PACKAGE
"""

import importlib
import pkgutil
import sys

package = importlib.import_module(sys.argv[1])
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
modules = [importlib.import_module(name) for name in names]
operations = [module for module in modules if ".api." in module.__name__ and not hasattr(module, "__path__")]
without = [module.__name__ for module in operations if not callable(getattr(module, "sync_detailed", None))]
print(f"openapi-python-client: {len(modules)} modules imported, {len(operations)} operations, {len(without)} without a function")
sys.exit(1 if without or not operations else 0)
