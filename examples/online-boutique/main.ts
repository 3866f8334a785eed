import { App, Chart } from 'cdk8s';
import { addBoutique } from './boutique';
import { addMesh } from './mesh';

const app = new App();
const mesh = addMesh(new Chart(app, 'mesh'));
addBoutique(new Chart(app, 'online-boutique'), mesh);
app.synth();
