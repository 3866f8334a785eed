import { exportToUnknownNamespace } from '../../../src/checks/egress/export-to-unknown-namespace';
import { found, meshed, networking } from '../found';

test.each(['DestinationRule', 'ServiceEntry', 'VirtualService'])('a %s that is exported to a namespace that does not exist', (kind) => {
  const exported = networking(kind, 'shop', 'x', '{exportTo: [".", front, frnot]}');
  expect(found(exportToUnknownNamespace, meshed('front') + exported)).toEqual([`${kind} shop/x spec.exportTo[2]`]);
});

test('its own namespace, everybody, nobody and namespaces that exist', () => {
  expect(found(exportToUnknownNamespace, meshed('front') + networking('ServiceEntry', 'shop', 'x', '{exportTo: [".", "*", "~", shop, front]}'))).toEqual([]);
  expect(found(exportToUnknownNamespace, networking('ServiceEntry', 'shop', 'x', '{}'))).toEqual([]);
});
