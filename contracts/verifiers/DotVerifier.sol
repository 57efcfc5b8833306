// SPDX-License-Identifier: GPL-3.0
/*
    Copyright 2021 0KIMS association.

    This file is generated with [snarkJS](https://github.com/iden3/snarkjs).

    snarkJS is a free software: you can redistribute it and/or modify it
    under the terms of the GNU General Public License as published by
    the Free Software Foundation, either version 3 of the License, or
    (at your option) any later version.

    snarkJS is distributed in the hope that it will be useful, but WITHOUT
    ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
    or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public
    License for more details.

    You should have received a copy of the GNU General Public License
    along with snarkJS. If not, see <https://www.gnu.org/licenses/>.
*/

pragma solidity ^0.8.24;

contract DotVerifier {
    // Scalar field size
    uint256 constant r    = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    // Base field size
    uint256 constant q   = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    // Verification Key data
    uint256 constant alphax  = 16255335132392923092657031117858033486256070802998930712680413435689930498703;
    uint256 constant alphay  = 19591078151176745974019714921752463194297483377840638593137248010038168514180;
    uint256 constant betax1  = 6374113051308580791838430928105524661321131245818087545397784180879588199260;
    uint256 constant betax2  = 16944549705487113750449457826722695234846164736866359124656574757407907243626;
    uint256 constant betay1  = 20755220426020370860046817632199276951363311297165031610783147699026958028038;
    uint256 constant betay2  = 12944918886070034640893149276556466361405813350862501510221624670625152747297;
    uint256 constant gammax1 = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 constant gammax2 = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 constant gammay1 = 4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 constant gammay2 = 8495653923123431417604973247489272438418190587263600148770280649306958101930;
    uint256 constant deltax1 = 71786610991705220931735119465986984598831806612752252184799480283089257551;
    uint256 constant deltax2 = 3352179441413213369622170579890943764519191327918856613877966653121809475809;
    uint256 constant deltay1 = 2417356600187209472066445971554060662719367165039394444508439348750059265781;
    uint256 constant deltay2 = 3852358244921066300824176632296731365442366300044366970295101373621278373014;

    
    uint256 constant IC0x = 15378766214002230696633835415655526666148626223275017790880008997206856928036;
    uint256 constant IC0y = 10653268322119681309783030164672704138390020267226777521636738111694959947715;
    
    uint256 constant IC1x = 15395277221914878688607225341425058573982849834358535563560855055858901403985;
    uint256 constant IC1y = 8897756273224971913535885024530628714449784314538010091555869234029591294431;
    
    uint256 constant IC2x = 18538956806988451489031716274872442121807362886125546816143918657377564283549;
    uint256 constant IC2y = 19560236804200032322172974095355385131053314650757544645261267707516848374440;
    
    uint256 constant IC3x = 7659539779563988953286469386586148775243231768623725517195563269254320121887;
    uint256 constant IC3y = 10109683118338455850713516224437562748384812333826599109539392370935057313858;
    
    uint256 constant IC4x = 4590861833349922062228084026796642434394987932567282034658357155904667669525;
    uint256 constant IC4y = 20349691813428616689773324821560831646257629673988744009398286444669334891656;
    
    uint256 constant IC5x = 7879270757536373014226366643237502895275115288608445291770646057532521354318;
    uint256 constant IC5y = 12124789208838166574082817045700478973696390718273877664275062478303028191947;
    
    uint256 constant IC6x = 889958609032948894324491063663400408691795267949040830856636129390178694725;
    uint256 constant IC6y = 14065049222795725457745267500464205130344041024843735736672952741563574807830;
    
    uint256 constant IC7x = 17772016890729936222917674488142459267603392498576757683815242568182839120128;
    uint256 constant IC7y = 12248954543336776861155349121095180092480854994993885424787054915614897953436;
    
    uint256 constant IC8x = 10555768787309843598290175202497125561373973996276798992459361871790632094366;
    uint256 constant IC8y = 6020860774693931370410884069382461348718716899768917364053742458547590814425;
    
    uint256 constant IC9x = 2380684962246883194623528501256676612572547866888121968179740475755743532144;
    uint256 constant IC9y = 10488258438089200506743006359967189618313863877732620008100010324115086441691;
    
    uint256 constant IC10x = 20667127243406613736799182761574751190435283884106349585286661276228298143597;
    uint256 constant IC10y = 1561472245571596004678732824696837925983973322774298389648742682691796700622;
    
 
    // Memory data
    uint16 constant pVk = 0;
    uint16 constant pPairing = 128;

    uint16 constant pLastMem = 896;

    function verifyProof(uint[2] calldata _pA, uint[2][2] calldata _pB, uint[2] calldata _pC, uint[10] calldata _pubSignals) public view returns (bool) {
        assembly {
            function checkField(v) {
                if iszero(lt(v, r)) {
                    mstore(0, 0)
                    return(0, 0x20)
                }
            }
            
            // G1 function to multiply a G1 value(x,y) to value in an address
            function g1_mulAccC(pR, x, y, s) {
                let success
                let mIn := mload(0x40)
                mstore(mIn, x)
                mstore(add(mIn, 32), y)
                mstore(add(mIn, 64), s)

                success := staticcall(sub(gas(), 2000), 7, mIn, 96, mIn, 64)

                if iszero(success) {
                    mstore(0, 0)
                    return(0, 0x20)
                }

                mstore(add(mIn, 64), mload(pR))
                mstore(add(mIn, 96), mload(add(pR, 32)))

                success := staticcall(sub(gas(), 2000), 6, mIn, 128, pR, 64)

                if iszero(success) {
                    mstore(0, 0)
                    return(0, 0x20)
                }
            }

            function checkPairing(pA, pB, pC, pubSignals, pMem) -> isOk {
                let _pPairing := add(pMem, pPairing)
                let _pVk := add(pMem, pVk)

                mstore(_pVk, IC0x)
                mstore(add(_pVk, 32), IC0y)

                // Compute the linear combination vk_x
                
                g1_mulAccC(_pVk, IC1x, IC1y, calldataload(add(pubSignals, 0)))
                
                g1_mulAccC(_pVk, IC2x, IC2y, calldataload(add(pubSignals, 32)))
                
                g1_mulAccC(_pVk, IC3x, IC3y, calldataload(add(pubSignals, 64)))
                
                g1_mulAccC(_pVk, IC4x, IC4y, calldataload(add(pubSignals, 96)))
                
                g1_mulAccC(_pVk, IC5x, IC5y, calldataload(add(pubSignals, 128)))
                
                g1_mulAccC(_pVk, IC6x, IC6y, calldataload(add(pubSignals, 160)))
                
                g1_mulAccC(_pVk, IC7x, IC7y, calldataload(add(pubSignals, 192)))
                
                g1_mulAccC(_pVk, IC8x, IC8y, calldataload(add(pubSignals, 224)))
                
                g1_mulAccC(_pVk, IC9x, IC9y, calldataload(add(pubSignals, 256)))
                
                g1_mulAccC(_pVk, IC10x, IC10y, calldataload(add(pubSignals, 288)))
                

                // -A
                mstore(_pPairing, calldataload(pA))
                mstore(add(_pPairing, 32), mod(sub(q, calldataload(add(pA, 32))), q))

                // B
                mstore(add(_pPairing, 64), calldataload(pB))
                mstore(add(_pPairing, 96), calldataload(add(pB, 32)))
                mstore(add(_pPairing, 128), calldataload(add(pB, 64)))
                mstore(add(_pPairing, 160), calldataload(add(pB, 96)))

                // alpha1
                mstore(add(_pPairing, 192), alphax)
                mstore(add(_pPairing, 224), alphay)

                // beta2
                mstore(add(_pPairing, 256), betax1)
                mstore(add(_pPairing, 288), betax2)
                mstore(add(_pPairing, 320), betay1)
                mstore(add(_pPairing, 352), betay2)

                // vk_x
                mstore(add(_pPairing, 384), mload(add(pMem, pVk)))
                mstore(add(_pPairing, 416), mload(add(pMem, add(pVk, 32))))


                // gamma2
                mstore(add(_pPairing, 448), gammax1)
                mstore(add(_pPairing, 480), gammax2)
                mstore(add(_pPairing, 512), gammay1)
                mstore(add(_pPairing, 544), gammay2)

                // C
                mstore(add(_pPairing, 576), calldataload(pC))
                mstore(add(_pPairing, 608), calldataload(add(pC, 32)))

                // delta2
                mstore(add(_pPairing, 640), deltax1)
                mstore(add(_pPairing, 672), deltax2)
                mstore(add(_pPairing, 704), deltay1)
                mstore(add(_pPairing, 736), deltay2)


                let success := staticcall(sub(gas(), 2000), 8, _pPairing, 768, _pPairing, 0x20)

                isOk := and(success, mload(_pPairing))
            }

            let pMem := mload(0x40)
            mstore(0x40, add(pMem, pLastMem))

            // Validate that all evaluations ∈ F
            
            checkField(calldataload(add(_pubSignals, 0)))
            
            checkField(calldataload(add(_pubSignals, 32)))
            
            checkField(calldataload(add(_pubSignals, 64)))
            
            checkField(calldataload(add(_pubSignals, 96)))
            
            checkField(calldataload(add(_pubSignals, 128)))
            
            checkField(calldataload(add(_pubSignals, 160)))
            
            checkField(calldataload(add(_pubSignals, 192)))
            
            checkField(calldataload(add(_pubSignals, 224)))
            
            checkField(calldataload(add(_pubSignals, 256)))
            
            checkField(calldataload(add(_pubSignals, 288)))
            

            // Validate all evaluations
            let isValid := checkPairing(_pA, _pB, _pC, _pubSignals, pMem)

            mstore(0, isValid)
             return(0, 0x20)
         }
     }
 }
